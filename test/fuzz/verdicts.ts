import type { Ingested } from '../e2e/client.js';
import type { Body } from './bodies.js';
import type { Dice } from './dice.js';
import type { Judged, Ledger, Verdict } from './ledger.js';
import { type Kind, type Prediction, readPrediction } from './oracle.js';

/** Where the server and the contract disagree, with what was sent. */
export type Unexplained = { what: string; kind?: Kind; event?: string };
export type Sampled = { event: Prediction; raw: string };

const SHOWN_MAX = 60;
const SHOWN_OF_A_SORT_MAX = 5;
const EVENT_SHOWN_MAX = 2_000;
const SAMPLE_MAX = 300;
/** Verdicts with which an event may have been called new. */
const OPEN: ReadonlySet<string> = new Set<Verdict>(['accepted', 'either', 'any']);

/** Holds every answer against the ledger and counts what was said. */
export class Verdicts {
  readonly unexplained: Unexplained[] = [];
  unexplainedCount = 0;
  accepted = 0;
  duplicates = 0;
  events = 0;
  /** Predictions drawn at random from all that were taken first, to be read back. */
  readonly sample: Sampled[] = [];
  private drawn = 0;

  constructor(
    private readonly ledger: Ledger,
    private readonly dice: Dice,
  ) {}

  report(what: string, kind?: Kind, event?: string): void {
    this.unexplainedCount++;
    const alike = this.unexplained.filter((u) => u.what === what).length;
    if (this.unexplained.length < SHOWN_MAX && alike < SHOWN_OF_A_SORT_MAX)
      this.unexplained.push({ what, kind, event: event?.slice(0, EVENT_SHOWN_MAX) });
  }

  /** One answer to one body, whose identities nobody else was sending at the same time. */
  answered({ kind, events }: Body, answer: Ingested, sentMs: number): void {
    const codes = this.count(kind, events, answer);
    let fewest = 0;
    let most = 0;
    for (const [i, raw] of events.entries()) {
      const judged = this.ledger.judge(kind, raw, sentMs);
      const code = codes.get(i);
      if (this.refused(judged, code, kind, raw) || judged.refuse) continue;
      if (judged.verdict === 'accepted') fewest++;
      if (OPEN.has(judged.verdict)) most++;
      if (judged.verdict === 'accepted' && kind === 'predictions') this.draw(raw, sentMs);
      judged.keep();
    }
    if (answer.accepted < fewest || answer.accepted > most)
      this.report(
        `${answer.accepted} of ${events.length} events were called new, ${fewest} to ${most} are`,
        kind,
        events.slice(0, 3).join('\n'),
      );
  }

  /** Answers to bodies that were under way at the same time with the same new identities: one payload of each wins. */
  raced(bodies: readonly Body[], answers: readonly Ingested[], sentMs: number): void {
    const takenBy = new Map<string, string>();
    const refusedOf = new Map<string, { payload: string; raw: string }[]>();
    for (const [b, { kind, events }] of bodies.entries()) {
      const codes = this.count(kind, events, answers[b]!);
      for (const [i, raw] of events.entries()) {
        const judged = this.ledger.judge(kind, raw, sentMs);
        const code = codes.get(i);
        if (judged.refuse || judged.verdict !== 'accepted') this.refused(judged, code, kind, raw);
        else if (code === 'conflict')
          refusedOf.set(judged.identity, [...(refusedOf.get(judged.identity) ?? []), { ...judged, raw }]);
        else if (code !== undefined) this.refused(judged, code, kind, raw);
        else {
          const winner = takenBy.get(judged.identity);
          if (winner === undefined) takenBy.set(judged.identity, judged.payload);
          else if (winner !== judged.payload) this.report('two payloads were taken under one identity', kind, raw);
        }
      }
    }
    const kind = bodies[0]!.kind;
    for (const [identity, losers] of refusedOf)
      for (const { payload, raw } of losers)
        if (takenBy.get(identity) === payload || !takenBy.has(identity))
          this.report('refused as a conflict with nothing else', kind, raw);
    let fresh = 0;
    let open = 0;
    for (const { events } of bodies)
      for (const raw of events) {
        const judged = this.ledger.judge(kind, raw, sentMs);
        if (judged.verdict === 'either' || judged.verdict === 'any') open++;
        if (judged.verdict === 'any') judged.keep();
        if (judged.verdict !== 'accepted' || takenBy.get(judged.identity) !== judged.payload) continue;
        fresh++;
        judged.keep();
        if (kind === 'predictions') this.draw(raw, sentMs);
      }
    const accepted = answers.reduce((n, a) => n + a.accepted, 0);
    if (accepted < fresh || accepted > fresh + open)
      this.report(`${accepted} events sent at once were called new, ${fresh} are`, kind, bodies[0]!.events[0]);
  }

  /** The codes of an answer by index, after its sums were checked. */
  private count(kind: Kind, events: readonly string[], answer: Ingested): Map<number, string> {
    this.accepted += answer.accepted;
    this.duplicates += answer.duplicates;
    this.events += events.length;
    if (answer.accepted + answer.duplicates + answer.rejected.length !== events.length)
      this.report(
        `${answer.accepted} accepted + ${answer.duplicates} duplicates + ${answer.rejected.length} rejected are not the ${events.length} events sent`,
        kind,
      );
    const codes = new Map<number, string>();
    for (const { index, code } of answer.rejected) {
      if (codes.has(index) || !(index >= 0 && index < events.length))
        this.report(`index ${index} of ${events.length} events is rejected twice or is none`, kind);
      codes.set(index, code);
      this.ledger.refuse(kind, code);
    }
    return codes;
  }

  /** Whether the event was refused, rightly or not. */
  private refused(judged: Judged, code: string | undefined, kind: Kind, raw: string): boolean {
    if (judged.refuse) {
      if (code === undefined) this.report(`taken instead of ${[...judged.refuse].join(' or ')}`, kind, raw);
      else if (!judged.refuse.has(code))
        this.report(`${code} instead of ${[...judged.refuse].join(' or ')}`, kind, raw);
    } else if (code === undefined) {
      if (judged.verdict !== 'conflict') return false;
      this.report('taken instead of conflict', kind, raw);
    } else if (!judged.doubts.has(code) && !(code === 'conflict' && ['conflict', 'any'].includes(judged.verdict)))
      this.report(`${code} instead of ${judged.verdict}`, kind, raw);
    return true;
  }

  private draw(raw: string, sentMs: number): void {
    const at = this.drawn < SAMPLE_MAX ? this.drawn : this.dice.below(this.drawn + 1);
    this.drawn++;
    if (at >= SAMPLE_MAX) return;
    const { event } = readPrediction(JSON.parse(raw), sentMs, () => null);
    this.sample[at] = { event, raw };
  }
}
