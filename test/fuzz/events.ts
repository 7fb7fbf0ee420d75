import type { Dice } from './dice.js';
import { MODELS } from './models.js';
import type { Odds } from './odds.js';
import type { Task } from './oracle.js';

/** An event as it will be written: names and raw JSON, in order; a name may stand twice. */
export type Parts = [name: string, raw: string][];
export const json = (v: unknown): string => JSON.stringify(v);
export const object = (parts: Parts): string => `{${parts.map(([k, v]) => `${json(k)}:${v}`).join(',')}}`;

export const DAY_MS = 86_400_000;
const CLASSES = ['cat', 'dog', 'bird', 'none'];
const VERSIONS = ['', '', '', 'v1', 'v2', 'shadow', '__proto__', 'é'.repeat(64), 'v'.repeat(128)];
/** Legal, and far from everything else. */
const FAR = ['0', '1', '"1970-01-01T00:00:00Z"', '"1999-12-31T23:59:59.999Z"', '"2000-02-29"', '951782400000.75'];
const RECENT_MAX = 2_000;
const PAST_MS = 30 * DAY_MS;

type Told = { model: string; id: string; task: Task };

/** Valid events of every shape, most of them plain, under ids that nobody else uses. */
export class EventMaker {
  private count = 0;
  /** What outcomes speak of: predictions that were made, and some that will be. */
  private readonly recent: Told[] = [];
  private readonly announced: Told[] = [];
  /** A sender speaks of few models at a time. */
  private models = MODELS;

  constructor(
    private readonly dice: Dice,
    private readonly odds: Odds,
    private readonly lane: string,
    /** Times are laid around this one. */
    private readonly nowMs: number,
  ) {}

  /** Before each body: which models are spoken of. */
  turn(): void {
    const { dice } = this;
    if (dice.chance(0.1)) this.models = MODELS;
    else this.models = Array.from({ length: 1 + dice.below(3) }, () => dice.pick(MODELS));
  }

  prediction(model?: string): Parts {
    const { dice } = this;
    const told = (model === undefined && dice.chance(0.1) && this.announced.pop()) || this.newId(model);
    // The shadow of a champion has its id and another version.
    const shadow = model === undefined && this.recent.length > 0 && dice.chance(0.03);
    const { model: name, id, task } = shadow ? dice.pick(this.recent) : told;
    if (!shadow) this.remember(told);
    const parts: Parts = [
      ['model', json(name)],
      ['prediction_id', json(id)],
    ];
    if (dice.chance(0.9)) parts.push(['ts', this.time()]);
    const version = shadow ? `s${this.count++ % 7}` : dice.pick(VERSIONS);
    if (version !== '' || dice.chance(0.1)) parts.push([dice.chance(0.8) ? 'version' : 'model_version', json(version)]);
    if (dice.chance(0.95)) parts.push(['features', this.features()]);
    parts.push(['prediction', this.output(task)]);
    if (dice.chance(0.3)) parts.push(['tags', this.tags()]);
    if (dice.chance(0.3)) parts.push(['latency_ms', dice.chance(0.9) ? String(dice.below(500)) : this.odds.finite()]);
    return this.dressed(parts);
  }

  outcome(): Parts {
    const { dice } = this;
    let told: Told;
    if (this.recent.length > 0 && dice.chance(0.8)) told = dice.pick(this.recent);
    else {
      told = this.newId();
      if (this.announced.length < RECENT_MAX && dice.chance(0.7)) this.announced.push(told);
    }
    const parts: Parts = [
      ['model', json(told.model)],
      ['prediction_id', json(told.id)],
      ['label', this.label(told.task)],
    ];
    if (dice.chance(0.9)) parts.push(['ts', this.time()]);
    if (dice.chance(0.2)) parts.push(['prediction_ts', this.time()]);
    return this.dressed(parts);
  }

  time(): string {
    const { dice } = this;
    const roll = dice.next();
    if (roll < 0.001) return dice.pick(FAR);
    if (roll < 0.02) return String(this.nowMs + dice.below(50) * 60_000);
    const ms = this.nowMs - 60_000 - dice.below(PAST_MS);
    if (roll < 0.5) return String(ms);
    const iso = new Date(ms).toISOString();
    if (roll < 0.8) return json(iso);
    if (roll < 0.85) return json(iso.replace('T', ' ').replace('Z', '456789Z'));
    if (roll < 0.9) return json(`${iso.slice(0, 19)}Z`);
    const minutes = dice.below(28 * 60) - 14 * 60;
    const there = new Date(ms + minutes * 60_000).toISOString().slice(0, 23);
    const two = (n: number) => String(n).padStart(2, '0');
    const zone = `${two(Math.floor(Math.abs(minutes) / 60))}${roll < 0.95 ? ':' : ''}${two(Math.abs(minutes) % 60)}`;
    return json(`${there}${minutes < 0 ? '-' : '+'}${zone}`);
  }

  output(task: Task): string {
    const { dice } = this;
    const score = () => (dice.chance(0.1) ? dice.pick(['0', '1', '-0', '1e-320', '0.5']) : String(dice.next()));
    if (task === 'regression') return `{"value":${dice.chance(0.1) ? this.odds.finite() : dice.next() * 1000}}`;
    if (task === 'binary') {
      if (dice.chance(0.9)) return `{"score":${score()}}`;
      return dice.pick(['{"class":1}', '{"class":"0"}', '{"class":true}', `{"score":${score()},"class":"1"}`]);
    }
    if (dice.chance(0.3)) return `{"class":${json(dice.chance(0.8) ? dice.pick(CLASSES) : this.odds.name())}}`;
    const names = dice.chance(0.1) ? [...CLASSES, '__proto__', 'constructor', this.odds.name()] : CLASSES;
    return `{"scores":${object([...new Set(names)].map((name) => [name, score()]))}}`;
  }

  features(): string {
    const { dice, odds } = this;
    const parts: Parts = [];
    for (let i = 1 + dice.below(5); i > 0; i--) parts.push([`n${i}`, String(Math.round(dice.next() * 1e4) / 100)]);
    if (dice.chance(0.7)) parts.push(['country', json(dice.pick(['BR', 'US', 'DE', 'JP']))]);
    if (dice.chance(0.2)) parts.push(['known', dice.pick(['true', 'false', 'null'])]);
    if (dice.chance(0.1)) parts.push(['user', `{"age":${dice.below(99)},"home":{"zip":"${dice.below(1e5)}"}}`]);
    if (dice.chance(0.05)) parts.push(['embedding', this.vector(dice.chance(0.02) ? 512 : 1 + dice.below(8))]);
    if (dice.chance(0.05)) parts.push(['deep', `${'{"x":'.repeat(6)}1${'}'.repeat(6)}`]);
    if (dice.chance(0.0003)) for (let i = 0; i < 1900; i++) parts.push([`wide${i}`, String(i)]);
    if (dice.chance(0.15)) {
      const odd = odds.name();
      if (!odd.includes('.')) parts.push([odd, dice.chance(0.5) ? odds.finite() : json(odds.text())]);
    }
    if (dice.chance(0.005)) parts.push(['long', json('long '.repeat(1 + dice.below(1600)))]);
    return object(parts);
  }

  private vector(length: number): string {
    return `[${Array.from({ length }, () => Math.round(this.dice.next() * 1e6) / 1e6).join(',')}]`;
  }

  private tags(): string {
    const parts: Parts = [['platform', json(this.dice.pick(['ios', 'android', 'web']))]];
    if (this.dice.chance(0.1)) parts.push([this.odds.name(), json(this.odds.text())]);
    if (this.dice.chance(0.05)) parts.push(['kind', this.dice.pick(['1', 'true', 'null', '2.50'])]);
    return object(parts);
  }

  private label(task: Task): string {
    if (this.dice.chance(0.02)) return json(this.odds.text());
    if (task === 'regression') return this.dice.chance(0.1) ? this.odds.finite() : String(this.dice.next() * 1000);
    return task === 'binary' ? this.dice.pick(['0', '1', '"1"', 'true', 'false']) : json(this.dice.pick(CLASSES));
  }

  private newId(model?: string): Told {
    const { dice } = this;
    const plain = `${this.lane}-${(this.count++).toString(36)}`;
    const id = dice.chance(0.05) ? `${plain} ${this.odds.text()}`.slice(0, 128) : plain;
    const [name, task] = model === undefined ? dice.pick(this.models) : ([model, 'binary'] as const);
    return { model: name, id: dice.chance(0.01) ? id.padEnd(128, '.') : id, task };
  }

  private remember(told: Told): void {
    if (this.recent.length < RECENT_MAX) this.recent.push(told);
    else this.recent[this.dice.below(RECENT_MAX)] = told;
  }

  /** Everything that JSON allows around the same event: another order, a name twice, names nobody asked for. */
  private dressed(parts: Parts): Parts {
    if (this.dice.chance(0.2)) parts.reverse();
    if (this.dice.chance(0.02)) parts.unshift([this.dice.pick(parts)[0], this.odds.value()]);
    if (this.dice.chance(0.03)) parts.push([`x ${this.odds.name()}`, this.odds.value()]);
    return parts;
  }
}
