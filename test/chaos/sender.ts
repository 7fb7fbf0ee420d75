import type { Client, Ingested } from '../e2e/client.js';
import { ndjson } from '../e2e/client.js';
import type { Dice } from '../fuzz/dice.js';
import type { Account } from './account.js';
import { type Body, copy, GIVEN_UP, MODELS, type Traffic } from './traffic.js';

const IMPATIENT_MS = 30;
const PATIENT_MS = 400;
const THINK_MS = 25;

/** A program that sends: it tries again, with the same payload, until it is told that everything is stored. */
export class Sender {
  /** Predictions that were acknowledged and of which nothing became known yet. */
  private readonly open: Body[] = [];
  private readonly known: Body[] = [];
  /** Of what is never sent again: what was acknowledged, and all that was ever sent. */
  readonly givenUp = { acknowledged: new Set<string>(), sent: new Map<string, object>() };

  constructor(
    private readonly client: Client,
    private readonly account: Account,
    private readonly traffic: Traffic,
    private readonly dice: Dice,
  ) {}

  async run(going: () => boolean): Promise<void> {
    while (going()) {
      await this.job(this.dice.next());
      await sleep(this.dice.below(THINK_MS));
    }
    for (const body of this.open.splice(0)) await this.tell(body);
  }

  /** Sends everything that this sender has been told to be stored; all of it has to be known. */
  private async job(roll: number): Promise<void> {
    const { account, dice, traffic } = this;
    if (roll < 0.4) {
      const body = traffic.predictions(dice.pick(MODELS));
      const outcomeFirst = dice.chance(0.15);
      if (outcomeFirst) await this.tell(body);
      account.fresh(body, await this.send(body));
      if (!outcomeFirst) this.open.push(body);
      this.known.push(body);
    } else if (roll < 0.7) {
      const body = this.open.shift();
      if (body) await this.tell(body);
    } else if (roll < 0.77) {
      const body = traffic.predictions(dice.pick(MODELS));
      const twin = copy(body);
      account.twins(body, twin, await Promise.all([this.send(body), this.send(twin)]));
      this.open.push(body);
    } else if (roll < 0.83) {
      const body = traffic.predictions(dice.pick(MODELS));
      const rival = traffic.rival(body);
      account.rivals(body, rival, await Promise.all([this.send(body), this.send(rival)]));
      this.open.push(body);
    } else if (roll < 0.9 && this.known.length > 0) {
      const body = copy(dice.pick(this.known));
      account.again(body, await this.send(body));
    } else if (roll < 0.95 && this.known.length > 0) {
      const body = traffic.rival(dice.pick(this.known));
      account.contradicted(body, await this.send(body));
    } else await this.giveUp();
  }

  /** Outcomes of a body, on two connections at once now and then, and sometimes another truth later. */
  private async tell(body: Body): Promise<void> {
    const { account, dice, traffic } = this;
    const outcomes = traffic.outcomes(body);
    if (dice.chance(0.2)) {
      const twin = copy(outcomes);
      account.twins(outcomes, twin, await Promise.all([this.send(outcomes), this.send(twin)]));
    } else account.fresh(outcomes, await this.send(outcomes));
    const corrections = dice.chance(0.2) ? traffic.corrections(outcomes) : null;
    if (corrections) account.fresh(corrections, await this.send(corrections));
  }

  private async giveUp(): Promise<void> {
    const body = this.traffic.predictions(GIVEN_UP);
    for (const { id, event } of body.said) this.givenUp.sent.set(id, event);
    const answer = await this.attempt(body);
    if (answer) for (const { id } of body.said) this.givenUp.acknowledged.add(id);
  }

  async send(body: Body): Promise<Ingested> {
    const impatient = this.dice.chance(0.5);
    for (;;) {
      const answer = await this.attempt(body);
      if (answer) return answer;
      if (body.attempts === 1) this.account.resent += body.said.length;
      await sleep(impatient ? IMPATIENT_MS : PATIENT_MS);
    }
  }

  private async attempt(body: Body): Promise<Ingested | null> {
    body.attempts++;
    const lines = ndjson(body.said.map((s) => s.event));
    const answer = await this.client
      .request('POST', `/v1/${body.kind}`, lines, { type: 'application/x-ndjson' })
      .catch(() => null);
    if (answer?.status === 200) return answer.body as Ingested;
    // A server that is going down or coming up may say so; it may not call a good body a bad one.
    if (answer && answer.status < 500 && answer.status !== 429)
      this.account.complain(`a good body was answered ${answer.status}: ${answer.text.slice(0, 200)}`);
    return null;
  }
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
