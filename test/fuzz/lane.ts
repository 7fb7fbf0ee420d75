import { connect } from 'node:net';
import type { Answer, Client, Ingested } from '../e2e/client.js';
import { type Body, BodyMaker } from './bodies.js';
import { Dice } from './dice.js';
import type { Ledger } from './ledger.js';
import { type Malformed, malformed } from './malformed.js';
import type { Verdicts } from './verdicts.js';

/** `silent`: the server left a request without an answer for so long that there is no use in going on. */
export type Traffic = { requests: number; http5xx: number; silent: boolean };
const PATIENCE_MS = 120_000;
export type Run = {
  client: Client;
  nobody: Client;
  key: string;
  ledger: Ledger;
  verdicts: Verdicts;
  traffic: Traffic;
};

/** One connection after another with bodies of every sort, until `events` of them were sent. */
export class Lane {
  private readonly dice: Dice;
  private readonly bodies: BodyMaker;
  /** Events of bodies that broke off; sent whole in the end. */
  private readonly torn: string[] = [];

  constructor(
    private readonly run: Run,
    seed: number,
    name: string,
    startedMs: number,
  ) {
    this.dice = new Dice(seed);
    this.bodies = new BodyMaker(this.dice, name, startedMs);
  }

  async send(events: number): Promise<void> {
    let left = events;
    while (left > 0 && !this.run.traffic.silent) {
      const roll = this.dice.next();
      if (roll < 0.08) await this.refusedWhole(malformed(this.dice));
      else if (roll < 0.1) await this.tear();
      else if (roll < 0.11) await this.hangUp();
      else if (roll < 0.18 && left >= 2) {
        const bodies = this.bodies.race(Math.max(1, Math.floor(left / 3)));
        const sentMs = Date.now();
        const answers = await Promise.all(bodies.map((body) => this.ingest(body)));
        if (answers.every((a): a is Ingested => a !== null)) this.run.verdicts.raced(bodies, answers, sentMs);
        left -= bodies.reduce((n, b) => n + b.events.length, 0);
      } else {
        const body = this.bodies.mixed(left);
        await this.exchange(body);
        left -= body.events.length;
      }
    }
    if (this.torn.length > 0 && !this.run.traffic.silent)
      await this.exchange(this.bodies.asLines('predictions', this.torn.splice(0)));
  }

  private async exchange(body: Body): Promise<void> {
    const sentMs = Date.now();
    const answer = await this.ingest(body);
    if (answer) this.run.verdicts.answered(body, answer, sentMs);
  }

  /** Patient as a sender has to be: whoever is told to come again comes again. */
  private async ingest(body: Body): Promise<Ingested | null> {
    for (;;) {
      const answer = await this.post(this.run.client, `/v1/${body.kind}`, body.bytes, body.type, body.encoding);
      if (answer?.status === 200) return answer.body as Ingested;
      if (answer?.status !== 429) {
        const said = answer ? `${answer.status} ${answer.text.slice(0, 300)}` : 'nothing';
        this.run.verdicts.report(`a good body was answered ${said}`, body.kind, body.events.slice(0, 3).join('\n'));
        return null;
      }
      const pauseS = Number(answer.headers.get('retry-after'));
      if (!(pauseS > 0)) this.run.verdicts.report('429 without Retry-After', body.kind);
      await new Promise((resolve) => setTimeout(resolve, 1000 * (pauseS || 1)));
    }
  }

  private async refusedWhole({ name, bytes, type, encoding, key, statuses }: Malformed): Promise<void> {
    const kind = this.dice.chance(0.7) ? 'predictions' : 'outcomes';
    const client = key === undefined ? this.run.client : this.run.nobody;
    const answer = await this.post(client, `/v1/${kind}`, bytes, type, encoding);
    if (answer && statuses.includes(answer.status) && answer.body?.status === answer.status && answer.body.code) return;
    this.run.verdicts.report(`${name}: ${answer?.status ?? 'nothing'} instead of ${statuses}`, kind, answer?.text);
  }

  private async tear(): Promise<void> {
    const { body, events } = this.bodies.torn();
    const sentMs = Date.now();
    for (const event of events) this.run.ledger.doubt(event, sentMs);
    this.torn.push(...events);
    const answer = await this.post(this.run.client, '/v1/predictions', body.bytes, body.type, body.encoding);
    if (answer?.status !== 400) this.run.verdicts.report(`a torn body was answered ${answer?.status ?? 'nothing'}`);
  }

  /** A sender that vanishes in the middle of its body. */
  private hangUp(): Promise<void> {
    const { hostname, port } = new URL(this.run.client.url);
    return new Promise((resolve) => {
      const socket = connect(Number(port), hostname, () => {
        const head =
          'POST /v1/predictions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9999';
        socket.write(`${head}\r\nAuthorization: Bearer ${this.run.key}\r\n\r\n{"events":[{"model":`);
        setTimeout(() => socket.resetAndDestroy(), this.dice.below(20));
      });
      socket.on('error', () => {}).on('close', () => resolve());
    });
  }

  private async post(
    client: Client,
    path: string,
    bytes: Buffer,
    type: string,
    encoding?: string,
  ): Promise<Answer | null> {
    this.run.traffic.requests++;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => {
        this.run.traffic.silent = true;
        this.run.verdicts.report(`${path} was not answered within ${PATIENCE_MS} ms`);
        resolve(null);
      }, PATIENCE_MS);
    });
    const answered = client.request('POST', path, bytes, { type, encoding }).catch(() => null);
    const answer = await Promise.race([answered, late]).finally(() => clearTimeout(timer));
    if (answer && answer.status >= 500) this.run.traffic.http5xx++;
    return answer;
  }
}
