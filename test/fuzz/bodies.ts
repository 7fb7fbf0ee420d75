import { gzipSync } from 'node:zlib';
import type { Dice } from './dice.js';
import { EventMaker, object, type Parts } from './events.js';
import { broken, faulty, garbage, replaced } from './faults.js';
import { TORN } from './models.js';
import { Odds } from './odds.js';
import type { Kind } from './oracle.js';

/** Events as they are sent, and how. */
export type Body = { kind: Kind; events: string[]; bytes: Buffer; type: string; encoding?: string };

/** A body has at most 16 MiB; that it may have so many is tried elsewhere. */
const BODY_CHARS_MAX = 6_000_000;
const EVENTS_MAX = 5_000;
/** Up to this share of all bodies: from so many events to so many. */
const SIZES = [
  [0.2, 1, 1],
  [0.4, 2, 20],
  [0.65, 20, 300],
  [0.9, 300, 2000],
  [1, 2000, EVENTS_MAX],
] as const;
const SETTLED_MAX = 4_000;

/** Makes the bodies of one connection. What it makes depends on its seed alone, not on how fast the server answers. */
export class BodyMaker {
  private readonly odds: Odds;
  private readonly events: EventMaker;
  /** Events that were answered: what is repeated and contradicted, some of them long after. */
  private readonly settled: Record<Kind, Parts[]> = { predictions: [], outcomes: [] };

  constructor(
    private readonly dice: Dice,
    lane: string,
    nowMs: number,
  ) {
    this.odds = new Odds(dice);
    this.events = new EventMaker(dice, this.odds, lane, nowMs);
  }

  /** A body of at most `eventsMax` events of every sort. */
  mixed(eventsMax: number): Body {
    const { dice } = this;
    const kind = this.kind();
    this.events.turn();
    const size = Math.min(eventsMax, this.size());
    const lines = dice.chance(0.6);
    const events: string[] = [];
    const made: Parts[] = [];
    for (let chars = 0; events.length < size && chars < BODY_CHARS_MAX; ) {
      const text = this.event(kind, made, lines);
      events.push(text);
      chars += text.length;
    }
    for (const parts of made) this.settle(kind, parts);
    return lines ? this.asLines(kind, events) : this.asJson(kind, events);
  }

  /** The same new events for several connections at once; some under one identity with different payloads. */
  race(eventsMax: number): Body[] {
    const { dice } = this;
    const kind = this.kind();
    this.events.turn();
    const made = Array.from({ length: Math.min(eventsMax, 1 + dice.below(60)) }, () => {
      const parts = this.valid(kind);
      // Which of two outcomes came first decides what one without a time repeats.
      return kind === 'outcomes' ? replaced(parts, 'ts', this.events.time()) : parts;
    });
    return Array.from({ length: 2 + dice.below(2) }, () => {
      const events = made.map((parts) => {
        // Without a time on one side both would be the same event, whoever came first.
        const other = kind === 'predictions' && dice.chance(0.2) && parts.some(([name]) => name === 'ts');
        return object(other ? replaced(parts, 'latency_ms', '-1') : parts);
      });
      return this.asLines(
        kind,
        events.sort(() => dice.next() - 0.5),
      );
    });
  }

  /** Events whose body breaks off on the way: nobody may be told that they are stored, and they may be. */
  torn(): { body: Body; events: string[] } {
    const events = Array.from({ length: 1 + this.dice.below(50) }, () => object(this.events.prediction(TORN)));
    const whole = gzipSync(events.join('\n'));
    const bytes = whole.subarray(0, 10 + this.dice.below(whole.length - 12));
    return { events, body: { kind: 'predictions', events, bytes, type: 'application/x-ndjson', encoding: 'gzip' } };
  }

  asLines(kind: Kind, events: string[]): Body {
    const { dice } = this;
    const between = dice.pick(['\n', '\n', '\n', '\r\n', '\n\n', '\n \t\n']);
    let bytes: Buffer = Buffer.from(events.join(between) + (dice.chance(0.5) ? between : ''));
    if (dice.chance(0.1)) bytes = withoutUtf8(bytes);
    return this.packed({ kind, events, bytes, type: dice.pick(['application/x-ndjson', 'application/x-ndjson; v=1']) });
  }

  private asJson(kind: Kind, events: string[]): Body {
    const { dice } = this;
    const type = dice.pick(['application/json', 'application/json; charset=utf-8', 'APPLICATION/JSON']);
    const bare = events.length === 1 && events[0]!.startsWith('{') && dice.chance(0.8);
    const list = `[${events.join(dice.pick([',', ' ,\n ']))}]`;
    const text = bare ? events[0]! : dice.pick([`{"events":${list}}`, `{"sent_by":{"a":[1]},"events": ${list} }\n`]);
    return this.packed({ kind, events, bytes: Buffer.from(text), type });
  }

  private packed(body: Body): Body {
    if (!this.dice.chance(0.5)) return body;
    return { ...body, bytes: gzipSync(body.bytes, { level: 1 }), encoding: this.dice.pick(['gzip', 'GZIP']) };
  }

  private event(kind: Kind, made: Parts[], lines: boolean): string {
    const { dice } = this;
    const roll = dice.next();
    if (roll < 0.13) return faulty(kind, this.valid(kind), dice);
    if (roll < 0.18) return garbage(this.valid(kind), dice, this.odds);
    if (roll < 0.2 && lines) return broken(object(this.valid(kind)), dice);
    const known = dice.chance(0.4) ? made : this.settled[kind];
    if (roll < 0.32 && known.length > 0) return this.again(dice.pick(known));
    if (roll < 0.37 && known.length > 0) return this.contradicted(kind, dice.pick(known));
    const parts = this.valid(kind);
    made.push(parts);
    return object(parts);
  }

  private valid(kind: Kind): Parts {
    return kind === 'predictions' ? this.events.prediction() : this.events.outcome();
  }

  /** The same event, maybe in other words. */
  private again(parts: Parts): string {
    const roll = this.dice.next();
    const once = new Set(parts.map(([name]) => name)).size === parts.length;
    if (!once || roll < 0.5) return object(parts);
    if (roll < 0.7) return object([...parts].reverse());
    if (roll < 0.8) return object(replaced(parts, 'ts', undefined));
    if (roll < 0.9) return object(parts.map(([name, raw]) => [name === 'version' ? 'model_version' : name, raw]));
    return ` ${object(parts)}  `;
  }

  /** Something else under the same identity. */
  private contradicted(kind: Kind, parts: Parts): string {
    const { dice } = this;
    const time = ['ts', this.events.time()] as const;
    const changes =
      kind === 'outcomes'
        ? [['label', `"${dice.below(5)}"`] as const, time]
        : ([['latency_ms', '12345'], ['features', '{"other":1}'], ['tags', '{"other":"1"}'], time] as const);
    return object(replaced(parts, ...dice.pick<readonly [string, string]>(changes)));
  }

  private settle(kind: Kind, parts: Parts): void {
    const list = this.settled[kind];
    if (list.length < SETTLED_MAX) list.push(parts);
    else if (this.dice.chance(0.5)) list[this.dice.below(SETTLED_MAX)] = parts;
  }

  private kind(): Kind {
    return this.dice.chance(0.65) ? 'predictions' : 'outcomes';
  }

  private size(): number {
    const roll = this.dice.next();
    const [from, to] = SIZES.find(([share]) => roll < share)!.slice(1) as [number, number];
    return from + this.dice.below(to - from + 1);
  }
}

/** U+FFFD as a byte that is no UTF-8: whoever decodes it reads U+FFFD. */
function withoutUtf8(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1');
  return text.includes('\xef\xbf\xbd') ? Buffer.from(text.replaceAll('\xef\xbf\xbd', '\xff'), 'latin1') : bytes;
}
