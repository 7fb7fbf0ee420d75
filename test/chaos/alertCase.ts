import type { FakeVendor, RecordedRequest } from '@plumbline/testkit';
import type { Client, Json } from '../e2e/client.js';

/** One fault from detection to its end, on a model and channels of its own, so that every request at the vendors belongs to it. */

const MINUTE_MS = 60_000;
const ROWS = 60;
export const EVENTS = ['open', 'resolve'] as const;
export type VendorEvent = (typeof EVENTS)[number];

export class AlertCase {
  private readonly startedMs = Date.now();
  private monitor = '';

  private constructor(
    private readonly client: Client,
    private readonly vendor: FakeVendor,
    readonly number: number,
  ) {}

  get model(): string {
    return `case-${this.number}`;
  }
  get routingKey(): string {
    return `routing-key-${this.number}`;
  }
  get botChannel(): string {
    return `C${String(this.number).padStart(9, '0')}`;
  }

  /** A model that is well, with a monitor that tells four channels. */
  static async begin(client: Client, vendor: FakeVendor, number: number): Promise<AlertCase> {
    const it = new AlertCase(client, vendor, number);
    await client.ok(client.put(`/v1/models/${it.model}`, { task: 'binary', positive_class: 1 }));
    const channels = [];
    for (const [kind, config] of [
      ['pagerduty', { routing_key: it.routingKey, url: vendor.url }],
      ['webhook', { url: `${vendor.url}/hooks/case-${number}/` }],
      ['slack', { url: `${vendor.url}/services/T0/B0/case-${number}/` }],
      ['slack', { token: 'xoxb-0', channel: it.botChannel, url: vendor.slackApiUrl }],
    ] as const)
      channels.push((await client.ok(client.post('/v1/channels', { kind, config }))).id);
    it.monitor = (
      await client.ok(
        client.post('/v1/monitors', {
          ...{ name: 'accuracy', model: it.model, kind: 'performance', target: { metric: 'accuracy' } },
          ...{ window: '1h', every: '1m', compare: { to: 'threshold' }, condition: { op: 'lt', value: 0.8 } },
          ...{ severity: 'critical', channels },
        }),
      )
    ).id;
    return it;
  }

  /** Rows of the last half hour whose labels are wrong; sending them again changes nothing. */
  async fault(): Promise<void> {
    const at = (i: number) => Math.round(this.startedMs - 32 * MINUTE_MS + (i * 28 * MINUTE_MS) / ROWS);
    const all = Array.from({ length: ROWS }, (_, i) => i);
    await this.client.predictions(
      all.map((i) => ({
        ...{ model: this.model, prediction_id: `p${i}`, ts: at(i), prediction: { score: i % 2 ? 0.9 : 0.1 } },
      })),
    );
    await this.client.outcomes(
      all.map((i) => ({ model: this.model, prediction_id: `p${i}`, label: 1 - (i % 2), ts: at(i) + 1 })),
    );
  }

  /** Every label is corrected. */
  async mend(): Promise<void> {
    await this.client.outcomes(
      Array.from({ length: ROWS }, (_, i) => ({
        ...{ model: this.model, prediction_id: `p${i}`, label: i % 2, ts: this.startedMs + 1000 },
      })),
    );
  }

  /** Has the monitor look now, as its schedule would within the minute. */
  look = () => this.client.post(`/v1/monitors/${this.monitor}/evaluate`);
  incidents = async (): Promise<Json[]> =>
    (await this.client.ok(this.client.get(`/v1/incidents?model=${this.model}`))).items;

  /** The incident with everything delivered, once it is resolved. */
  async ended(): Promise<Json> {
    const [found] = await this.incidents();
    if (found?.state !== 'resolved') throw new Error(`the incident of ${this.model} is ${found?.state ?? 'not there'}`);
    const shown = await this.client.ok(this.client.get(`/v1/incidents/${found.id}`));
    const waiting = shown.deliveries.filter((d: Json) => d.state !== 'sent');
    if (shown.deliveries.length < 8 || waiting.length > 0)
      throw new Error(`${this.model}: ${shown.deliveries.length} deliveries, not sent: ${JSON.stringify(waiting)}`);
    return shown;
  }

  /** Requests of this case at the vendors. */
  requests(): RecordedRequest[] {
    return this.vendor.requests.filter((r) => this.kindOf(r) !== null);
  }
  /** Whether a vendor was told of this, whatever it answered. */
  heard = (event: VendorEvent): boolean => this.requests().some((r) => eventOf(r) === event);

  private kindOf({ path, body, raw }: RecordedRequest): 'pagerduty' | 'webhook' | 'slack' | 'bot' | null {
    if (path.startsWith('/v2/enqueue')) return (body as Json)?.routing_key === this.routingKey ? 'pagerduty' : null;
    if (path.startsWith('/api/')) return raw.includes(this.botChannel) ? 'bot' : null;
    if (!path.includes(`/case-${this.number}/`)) return null;
    return path.startsWith('/services/') ? 'slack' : 'webhook';
  }

  /** What does not hold, in words; and how often Slack's webhook, which knows no keys, had to be told again. */
  async wrong(): Promise<{ wrong: string[]; pagedTwice: number; endsFirst: number; slackRepeats: number }> {
    const wrong: string[] = [];
    let endsFirst = 0;
    const must = (holds: boolean, what: string) => void (holds || wrong.push(`${this.model}: ${what}`));
    const all = await this.incidents();
    must(all.length === 1, `${all.length} incidents for one fault`);
    const of = (kind: string) => this.requests().filter((r) => this.kindOf(r) === kind);
    const orderly = (kind: string, events: readonly string[]) => {
      must(events.includes('open'), `${kind} was never told that it began`);
      must(events.includes('resolve'), `${kind} was never told that it ended`);
      const inOrder = events.indexOf('resolve') > events.lastIndexOf('open');
      if (!inOrder) endsFirst += 1;
      must(inOrder, `${kind}: an end before a beginning: ${events}`);
    };
    for (const kind of ['pagerduty', 'webhook', 'slack']) orderly(kind, of(kind).map(eventOf));
    const keys = (kind: string) => new Set(of(kind).map((r) => (r.body as Json).dedup_key));
    must(keys('pagerduty').size === 1, `PagerDuty has ${keys('pagerduty').size} alerts`);
    must(keys('webhook').size === 1, `the webhook has ${keys('webhook').size} keys`);
    const told = new Map<string, string>();
    for (const { body } of of('webhook')) {
      const { dedup_key, sequence, event } = body as Json;
      const key = `${dedup_key}~${sequence}`;
      must((told.get(key) ?? event) === event, `the webhook has two events under ${key}`);
      told.set(key, event);
    }
    must(told.size === 2, `the webhook has ${told.size} notifications`);
    const messages = this.vendor.messages.filter((m) => m.channel === this.botChannel);
    must(messages.length === 1, `Slack has ${messages.length} messages by the token`);
    must(messages[0]?.text.includes('Resolved') === true, 'Slack was not told by the token that it ended');
    const repeats = of('slack').length - new Set(of('slack').map(eventOf)).size;
    const marked = of('slack').filter((r) => r.raw.includes('sent again')).length;
    must(marked >= repeats, `Slack's webhook was told ${repeats} times again, and ${marked} say so`);
    const pages = [all.length, keys('pagerduty').size, keys('webhook').size, messages.length];
    return { wrong, pagedTwice: pages.filter((n) => n > 1).length, endsFirst, slackRepeats: repeats };
  }
}

function eventOf({ path, body, raw }: RecordedRequest): string {
  const { event_action: action, event } = (body ?? {}) as Json;
  if (action) return action === 'trigger' ? 'open' : action;
  if (event) return event;
  if (path.includes('conversations.')) return 'look';
  return /✅|Resolved: /.test(raw) ? 'resolve' : 'open';
}
