import type { Ingested } from '../e2e/client.js';
import type { Body, Said } from './traffic.js';

export type Prediction = { model: string; said: Said };
/** What was acknowledged: the predictions that were kept, and all outcomes by model and id. */
export class Account {
  readonly predictions = new Map<string, Prediction>();
  readonly outcomes = new Map<string, Said[]>();
  /** Bodies as they were acknowledged in the end, to be sent once more. */
  readonly bodies: Body[] = [];
  /** Ids of bodies that had to be sent again: where something may be there twice. */
  readonly suspects = new Set<string>();
  readonly wrong: string[] = [];
  acknowledged = 0;
  /** Events of bodies that had to be sent more than once. */
  resent = 0;
  lost = 0;

  /** `lost` events were acknowledged before and are new now, or another payload took their place. */
  complain(what: string, lost = 0): void {
    this.lost += lost;
    this.wrong.push(what);
  }

  /** A body of new events was acknowledged. If it was sent once only, all of it has to be new. */
  fresh(body: Body, answer: Ingested): void {
    this.sums(body, answer, 'new events');
    if (answer.rejected.length > 0) this.complain(`new events were refused: ${JSON.stringify(answer.rejected[0])}`);
    if (body.attempts === 1 && answer.duplicates > 0)
      this.complain(
        `${answer.duplicates} of ${body.said.length} events sent for the first time were called duplicates`,
      );
    for (const said of body.said) this.keep(body, said);
    this.bodies.push(body);
  }

  /** The same body from two connections at once. */
  twins(a: Body, b: Body, answers: readonly [Ingested, Ingested]): void {
    const [first, second] = answers;
    this.sums(a, first, 'a twin');
    this.sums(b, second, 'a twin');
    if (first.rejected.length + second.rejected.length > 0) this.complain('a twin was refused');
    const accepted = first.accepted + second.accepted;
    const once = a.attempts === 1 && b.attempts === 1;
    if (accepted > a.said.length || (once && accepted < a.said.length))
      this.complain(`of ${a.said.length} events sent twice at once ${accepted} were called new`);
    for (const said of a.said) this.keep(a, said);
    this.bodies.push(a);
  }

  /** Two payloads under the same ids at once: one of both is kept, the other one refused. */
  rivals(a: Body, b: Body, answers: readonly [Ingested, Ingested]): void {
    const lostBy = [a, b].map((body, i) => {
      this.sums(body, answers[i]!, 'a rival');
      for (const { code } of answers[i]!.rejected)
        if (code !== 'conflict') this.complain(`a rival was refused: ${code}`);
      return new Set(answers[i]!.rejected.map((r) => r.index));
    });
    const kept: Said[] = [];
    for (const [i, said] of a.said.entries()) {
      if (lostBy[0]!.has(i) === lostBy[1]!.has(i))
        this.complain(`${said.id}: of two payloads ${lostBy[0]!.has(i) ? 'none' : 'both'} were taken`);
      const winner = lostBy[0]!.has(i) ? b.said[i]! : said;
      this.keep(a, winner);
      kept.push(winner);
    }
    this.bodies.push({ ...a, said: kept });
  }

  /** What was acknowledged is sent again: nothing of it may be new. */
  again(body: Body, answer: Ingested): void {
    this.sums(body, answer, 'a repeat');
    const { accepted, rejected } = answer;
    if (accepted > 0)
      this.complain(`${accepted} acknowledged ${body.kind} of ${body.model} were not known any more`, accepted);
    if (rejected.length > 0)
      this.complain(
        `a repeat was refused: ${JSON.stringify(rejected[0])}`,
        rejected.filter((r) => r.code === 'conflict').length,
      );
  }

  /** Another payload under acknowledged ids: all of it is refused, however often it is tried. */
  contradicted(body: Body, answer: Ingested): void {
    this.sums(body, answer, 'a conflict');
    const conflicts = answer.rejected.filter((r) => r.code === 'conflict').length;
    if (conflicts !== body.said.length)
      this.complain(`${body.said.length - conflicts} of ${body.said.length} conflicts were taken`, answer.accepted);
  }

  private keep(body: Body, said: Said): void {
    this.acknowledged++;
    const key = `${body.model} ${said.id}`;
    if (body.attempts > 1) this.suspects.add(key);
    if (body.kind === 'predictions') this.predictions.set(key, { model: body.model, said });
    else this.outcomes.set(key, [...(this.outcomes.get(key) ?? []), said]);
  }

  private sums(body: Body, { accepted, duplicates, rejected }: Ingested, what: string): void {
    if (accepted + duplicates + rejected.length !== body.said.length)
      this.complain(`${what}: ${accepted} + ${duplicates} + ${rejected.length} are not ${body.said.length}`);
  }
}
