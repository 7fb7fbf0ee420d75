/** The limits of a server with its default configuration. */
const CHARS = { id: 128, version: 128, name: 256, text: 8192 };
const MOST = { features: 2000, tags: 100, classes: 1000, levels: 8, vector: 16_384 };
const AHEAD_MS = 3_600_000;
/** Nobody can say on which side of the limit a time this close to it is when it arrives. */
const AHEAD_DOUBT_MS = 120_000;
const YEAR_2106 = Date.UTC(2106, 0, 1);
const FLOAT32_MAX = 3.4028234663852886e38;

export type Flat = [string, string | number | null | number[]][];
export type Raw = Record<string, unknown>;
export const isObject = (v: unknown): v is Raw => typeof v === 'object' && v !== null && !Array.isArray(v);
export const absent = (v: unknown): v is null | undefined => v === undefined || v === null;
const byName = (a: readonly [string, unknown], b: readonly [string, unknown]) =>
  a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
/** The store holds UTF-8: half a surrogate pair becomes U+FFFD, whoever encodes it. */
const text = (v: string): string => v.toWellFormed();

/** Reads the fields of one event and collects what is wrong with it; `doubts` are codes that may be answered or not. */
export class Reader {
  readonly faults = new Set<string>();
  readonly doubts = new Set<string>();
  constructor(
    private readonly event: Raw,
    private readonly nowMs: number,
  ) {}

  model(): string {
    const { model } = this.event;
    if (absent(model)) this.faults.add('missing_field');
    else if (typeof model !== 'string') this.faults.add('bad_type');
    else if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(model)) this.faults.add('bad_model_name');
    return String(model);
  }

  id(): string {
    const id = this.event.prediction_id;
    if (absent(id)) this.faults.add('missing_field');
    else if (typeof id !== 'string') this.faults.add('bad_type');
    else if (id.length < 1 || id.length > CHARS.id) this.faults.add('id_too_long');
    return typeof id === 'string' ? text(id) : '';
  }

  time(field: string): number | null {
    const given = this.event[field];
    if (absent(given)) return null;
    const ms = typeof given === 'number' ? Math.trunc(given) : typeof given === 'string' ? isoMs(given) : Number.NaN;
    if (!(ms >= 0 && ms <= YEAR_2106)) {
      this.faults.add('bad_timestamp');
      if (typeof given !== 'number' && typeof given !== 'string') this.faults.add('bad_type');
      if (ms > YEAR_2106) this.faults.add('future_timestamp');
    } else if (ms > this.nowMs + AHEAD_MS + AHEAD_DOUBT_MS) this.faults.add('future_timestamp');
    else if (ms > this.nowMs + AHEAD_MS - AHEAD_DOUBT_MS) this.doubts.add('future_timestamp');
    return ms;
  }

  version(): string {
    const { version, model_version } = this.event;
    const given = absent(version) ? model_version : version;
    if (absent(given)) return '';
    const name = typeof given === 'number' && Number.isFinite(given) ? String(given) : given;
    if (typeof name !== 'string') this.faults.add('bad_type');
    else if (name.length > CHARS.version) this.faults.add('name_too_long');
    return typeof name === 'string' ? text(name) : '';
  }

  number(given: unknown): number | null {
    if (absent(given)) return null;
    if (typeof given !== 'number') this.faults.add('bad_type');
    else if (!Number.isFinite(given)) this.faults.add('value_not_finite');
    return given as number;
  }

  /** Classes and labels are compared as text. */
  word(given: unknown): string {
    if (typeof given === 'number' && !Number.isFinite(given)) this.faults.add('value_not_finite');
    if (typeof given === 'number' || typeof given === 'boolean') return String(given);
    if (typeof given !== 'string') this.faults.add('bad_type');
    else if (given.length > CHARS.text) this.faults.add('value_too_long');
    return typeof given === 'string' ? text(given) : '';
  }

  /** Two names that differ only in what UTF-8 cannot hold: the contract does not say which of them stays. */
  once<T>(pairs: [string, T][]): [string, T][] {
    const names = new Set(pairs.map(([name]) => name));
    if (names.size < pairs.length) this.doubts.add('bad_type');
    return pairs.sort(byName);
  }

  features(): Flat {
    const { features } = this.event;
    if (absent(features)) return [];
    if (!isObject(features)) {
      this.faults.add('bad_type');
      return [];
    }
    const flat: Flat = [];
    const given = new Set<string>();
    const visit = (object: Raw, prefix: string, level: number): void => {
      for (const [key, value] of Object.entries(object)) {
        const name = prefix + key;
        if (isObject(value)) {
          if (level >= MOST.levels) this.faults.add('payload_too_deep');
          else visit(value, `${name}.`, level + 1);
          continue;
        }
        if (name.length < 1 || name.length > CHARS.name) this.faults.add('name_too_long');
        if (given.has(name)) this.faults.add('bad_type');
        given.add(name);
        flat.push([text(name), this.feature(value)]);
      }
    };
    visit(features, '', 1);
    if (flat.length > MOST.features) this.faults.add('too_many_features');
    return this.once(flat);
  }

  private feature(value: unknown): Flat[number][1] {
    if (Array.isArray(value)) {
      if (!value.every((v) => typeof v === 'number')) this.faults.add('bad_type');
      else if (value.some((v) => !(Math.abs(v) <= FLOAT32_MAX))) this.faults.add('value_not_finite');
      if (value.length > MOST.vector) this.faults.add('value_too_long');
      return value as number[];
    }
    if (absent(value)) return null;
    if (typeof value === 'number') return this.number(value);
    if (typeof value === 'string' && value.length > CHARS.text) this.faults.add('value_too_long');
    return text(String(value));
  }

  /** Tags are text; a number or a boolean is taken as its text, null is no tag. */
  tags(): [string, string][] {
    const { tags } = this.event;
    if (absent(tags)) return [];
    if (!isObject(tags)) {
      this.faults.add('bad_type');
      return [];
    }
    const entries = Object.entries(tags);
    if (entries.length > MOST.tags) this.faults.add('too_many_features');
    const out: [string, string][] = [];
    for (const [name, value] of entries) {
      if (name.length < 1 || name.length > CHARS.name) this.faults.add('name_too_long');
      if (value === null) continue;
      if (typeof value === 'object' || (typeof value === 'number' && !Number.isFinite(value))) {
        this.faults.add('bad_type');
        continue;
      }
      if (String(value).length > CHARS.text) this.faults.add('value_too_long');
      out.push([text(name), text(String(value))]);
    }
    return this.once(out);
  }

  scores(given: unknown): [string, number][] {
    if (absent(given)) return [];
    if (!isObject(given)) {
      this.faults.add('bad_type');
      return [];
    }
    const entries = Object.entries(given) as [string, number][];
    if (entries.length > MOST.classes) this.faults.add('too_many_features');
    for (const [name, p] of entries) {
      if (this.number(p) === null) this.faults.add('bad_type');
      else if (typeof p === 'number' && Number.isFinite(p) && (p < 0 || p > 1)) this.faults.add('bad_prediction');
      if (name.length > CHARS.text) this.faults.add('name_too_long').add('value_too_long');
    }
    return this.once(entries.map(([name, p]): [string, number] => [text(name), p]));
  }
}

/** ISO-8601 with a zone; a date alone is its midnight in UTC; NaN if it is none. Parts of a millisecond are cut off. */
export function isoMs(raw: string): number {
  const match = ISO.exec(raw);
  if (!match) return Number.NaN;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0)) as Six;
  if (year < 1970) return BEFORE_1970;
  const milli = Number((match[7] ?? '').padEnd(3, '0').slice(0, 3));
  const zone = match[8] ? (Number(match[9]) * 60 + Number(match[10])) * (match[8] === '-' ? -1 : 1) : 0;
  const ms = Date.UTC(year, month - 1, day, hour, minute, second, milli);
  const date = new Date(ms);
  const real = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return real && hour < 24 && minute < 60 && second < 60 ? ms - zone * 60_000 : Number.NaN;
}
type Six = [number, number, number, number, number, number];
const BEFORE_1970 = -1;
const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:Z|([+-])(\d\d):?(\d\d)))?$/i;
