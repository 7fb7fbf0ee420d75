import type { Ingest, Kind, Observer } from '@plumbline/ingestion';
import { registry } from '@plumbline/runtime';
import { Counter, Gauge, Histogram, type Metric } from 'prom-client';

const KINDS = ['predictions', 'outcomes'] as const;
const SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const LAG_SECONDS = [1, 10, 60, 600, 3_600, 21_600, 86_400, 604_800, 2_592_000];

/** What ingest does, as Prometheus reads it. Codes are a closed list, so the number of series is bounded. */
export function ingestMetrics(): { observer: Observer; watch(ingest: Ingest): void } {
  const add = <M extends Metric>(name: string, make: (name: string) => M): M => {
    registry.removeSingleMetric(name); // tests open several in one process
    const metric = make(name);
    registry.registerMetric(metric);
    return metric;
  };
  const counter = (name: string, help: string, ...more: string[]) =>
    add(
      `plumbline_ingest_${name}_total`,
      (full) => new Counter({ name: full, help, labelNames: ['kind', ...more], registers: [] }),
    );
  const histogram = (name: string, help: string, buckets: number[]) =>
    add(
      `plumbline_ingest_${name}_seconds`,
      (full) => new Histogram({ name: full, help, labelNames: ['kind'], buckets, registers: [] }),
    );
  const gauge = (name: string, help: string, read: () => Iterable<[Partial<{ kind: string }>, number]>) =>
    add(
      `plumbline_ingest_${name}`,
      (full) =>
        new Gauge({
          name: full,
          help,
          labelNames: ['kind'],
          registers: [],
          collect() {
            for (const [labels, value] of read()) this.set(labels, value);
          },
        }),
    );

  const accepted = counter('accepted', 'Events newly stored');
  const duplicates = counter('duplicates', 'Events recognised as known');
  const rejected = counter('rejected', 'Events refused, by code', 'code');
  const requests = counter('requests', 'Bodies answered');
  const bytes = counter('bytes', 'Bytes written, encoded for the store');
  const flushes = counter('flushes', 'Inserts, by whether they failed', 'failed');
  const commit = histogram('commit', 'Duration of one insert', SECONDS);
  const queryable = histogram('queryable', 'From the arrival of a body until its events can be queried', SECONDS);
  const lag = histogram('event_lag', 'From the time of an event to its arrival (every sixteenth event)', LAG_SECONDS);
  for (const kind of KINDS) for (const c of [accepted, duplicates, requests, bytes]) c.inc({ kind }, 0); // present before the first event
  const lagOf: Record<Kind, { observe(s: number): void }> = {
    predictions: lag.labels('predictions'),
    outcomes: lag.labels('outcomes'),
  };

  return {
    observer: {
      answered(kind, answer, codes, ms) {
        requests.inc({ kind });
        accepted.inc({ kind }, answer.accepted);
        duplicates.inc({ kind }, answer.duplicates);
        for (const [code, n] of codes) rejected.inc({ kind, code }, n);
        queryable.observe({ kind }, ms / 1000);
      },
      flushed(kind, flush) {
        flushes.inc({ kind, failed: String(flush.failed) });
        commit.observe({ kind }, flush.ms / 1000);
        if (!flush.failed) bytes.inc({ kind }, flush.bytes);
      },
      lag: (kind, ms) => lagOf[kind].observe(ms / 1000),
    },
    watch(ingest) {
      const each = (read: (kind: Kind) => number) => () =>
        KINDS.map((kind) => [{ kind }, read(kind)] as [object, number]);
      gauge(
        'pending_bytes',
        'Encoded bytes that wait to be written',
        each((k) => ingest.pending(k).bytes),
      );
      gauge(
        'pending_events',
        'Events that wait to be written',
        each((k) => ingest.pending(k).events),
      );
      gauge('bodies', 'Bodies being read or waiting for their flush', () => [[{}, ingest.bodies.state.bodies]]);
      gauge('bodies_bytes', 'Bytes held by these bodies', () => [[{}, ingest.bodies.state.bytes]]);
    },
  };
}
