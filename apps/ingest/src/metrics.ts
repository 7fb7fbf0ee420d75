import type { Ingest } from '@plumbline/ingestion';
import { registry } from '@plumbline/runtime';
import { Gauge } from 'prom-client';

/** What ingest did, as Prometheus reads it. Codes are a closed list, so the number of series is bounded. */
export function exportIngestMetrics(ingest: Ingest): void {
  const kinds = ['predictions', 'outcomes'] as const;
  const once = (name: string) => registry.removeSingleMetric(name);
  const gauge = (name: string, help: string, read: (kind: (typeof kinds)[number]) => number) => {
    once(name);
    registry.registerMetric(
      new Gauge({
        name,
        help,
        labelNames: ['kind'],
        registers: [],
        collect() {
          for (const kind of kinds) this.set({ kind }, read(kind));
        },
      }),
    );
  };
  gauge('plumbline_ingest_accepted_total', 'Events newly stored since start', (k) => ingest.stats(k).accepted);
  gauge(
    'plumbline_ingest_duplicates_total',
    'Events recognised as known since start',
    (k) => ingest.stats(k).duplicates,
  );
  gauge('plumbline_ingest_flushes_total', 'Inserts since start', (k) => ingest.stats(k).flushes);
  gauge(
    'plumbline_ingest_flush_seconds_total',
    'Time spent in inserts since start',
    (k) => ingest.stats(k).flushMs / 1000,
  );
  gauge('plumbline_ingest_pending_bytes', 'Encoded bytes waiting to be written', (k) => ingest.stats(k).pendingBytes);
  once('plumbline_ingest_rejected_total');
  registry.registerMetric(
    new Gauge({
      name: 'plumbline_ingest_rejected_total',
      help: 'Events refused since start, by code',
      labelNames: ['kind', 'code'],
      registers: [],
      collect() {
        for (const kind of kinds) for (const [code, n] of ingest.stats(kind).rejected) this.set({ kind, code }, n);
      },
    }),
  );
}
