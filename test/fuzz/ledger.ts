import { hash } from 'node:crypto';
import { type Kind, type Outcome, type Prediction, readOutcome, readPrediction, type Task } from './oracle.js';

/**
 * What has to be answered: taken as new or as known (`either`: the contract leaves it open), or refused as a conflict. `any`
 * of these: memory may have forgotten the identity, and comparing stored rows settles it later.
 */
export type Verdict = 'accepted' | 'duplicate' | 'either' | 'conflict' | 'any';
export type Judged =
  | { refuse: Set<string>; verdict?: undefined }
  | { refuse?: undefined; verdict: Verdict; doubts: Set<string>; keep: () => void; identity: string; payload: string };

/** `open`: another payload may have been taken under the same identity, and memory may hold that one. */
type Stored = { payload: string; ts: number | null; sure: boolean; open: boolean };
type Said = { label: string; ts: number | null };
/** `open`: one was kept of which nobody can say whether it was new, so neither can be said which of them was the last. */
type Outcomes = { said: Said[]; open: boolean };

const SEP = '\u0000';
export const identityOf = (p: { model: string; version: string; id: string }): string =>
  JSON.stringify([p.model, p.version, p.id]);
/** The model of an identity, its version and its id; any of the last two may hold any character. */
export const partsOf = (identity: string): [model: string, version: string, id: string] => JSON.parse(identity);

/** Everything that the server said it has: identities with what was said first, and outcomes by id. */
export class Ledger {
  readonly predictions = new Map<string, Stored>();
  readonly outcomes = new Map<string, Outcomes>();
  /** `kind code` → how often it was answered. */
  readonly refused = new Map<string, number>();

  /** Events that may have been taken though an earlier one contradicts them; they go to quarantine later. */
  conflictsLater = 0;

  constructor(
    private readonly taskOf: (model: string) => Task | null,
    /** Does the server forget identities during the run? */
    private readonly forgets = false,
  ) {}

  /** What the contract says of this event, given all that was stored before. Nothing is kept before `keep` is called. */
  judge(kind: Kind, raw: string, nowMs: number): Judged {
    let parsed: unknown;
    try {
      parsed = JSON.parse(raw);
    } catch {
      return { refuse: new Set(['invalid_json']) };
    }
    if (kind === 'predictions') {
      const { faults, doubts, event } = readPrediction(parsed, nowMs, this.taskOf);
      return faults.size > 0 ? { refuse: new Set([...faults, ...doubts]) } : { doubts, ...this.prediction(event) };
    }
    const { faults, doubts, event } = readOutcome(parsed, nowMs);
    return faults.size > 0 ? { refuse: new Set([...faults, ...doubts]) } : { doubts, ...this.outcome(event) };
  }

  private prediction(p: Prediction) {
    const identity = identityOf(p);
    const { model: _, id: __, version: ___, ts, ...said } = p;
    const payload = hash('sha1', JSON.stringify(said), 'base64').slice(0, 16);
    const known = this.predictions.get(identity);
    const keep = () => {
      if (!known) this.predictions.set(identity, { payload, ts, sure: true, open: false });
      else known.sure = true;
      if (known && verdict === 'any') {
        known.open = true;
        this.conflictsLater++;
      }
    };
    const agrees = known?.payload === payload && (ts === null || known.ts === null || known.ts === ts);
    let verdict: Verdict = agrees ? 'duplicate' : 'conflict';
    if (!known) verdict = 'accepted';
    else if (!known.sure) verdict = 'either';
    else if (this.forgets && (verdict === 'conflict' || known.open)) verdict = 'any';
    else if (this.forgets && (ts === null || known.ts === null)) verdict = 'either';
    return { verdict, keep, identity, payload: `${payload} ${ts}` };
  }

  private outcome({ model, id, label, ts }: Outcome) {
    const identity = `${model}${SEP}${id}`;
    const known = this.outcomes.get(identity) ?? { said: [], open: false };
    const same = known.said.filter((o) => o.label === label);
    let verdict: Verdict = 'either';
    if (same.length === 0) verdict = 'accepted';
    else if (ts !== null && same.some((o) => o.ts === ts)) verdict = 'duplicate';
    else if (ts !== null && same.every((o) => o.ts !== null)) verdict = 'accepted';
    // Without a time it repeats what was said last; whether it repeats what was said before that is not laid down.
    else if (ts === null && !known.open && known.said.at(-1) === same.at(-1)) verdict = 'duplicate';
    const keep = () => {
      if (verdict === 'either') known.open = true;
      if (!same.some((o) => o.ts === ts)) known.said.push({ label, ts });
      this.outcomes.set(identity, known);
    };
    return { verdict, keep, identity: `${identity}${SEP}${ts}${SEP}${label}`, payload: '' };
  }

  /** An event of a body that broke off: it may be stored or not until it is sent again. */
  doubt(raw: string, nowMs: number): void {
    const { event } = readPrediction(JSON.parse(raw), nowMs, this.taskOf);
    const judged = this.prediction(event);
    if (judged.verdict !== 'accepted') return;
    judged.keep();
    this.predictions.get(judged.identity)!.sure = false;
  }

  refuse(kind: Kind, code: string): void {
    const key = `${kind} ${code}`;
    this.refused.set(key, (this.refused.get(key) ?? 0) + 1);
  }
}
