import type { Key } from '../encode/identity.js';

/** What is remembered of a row. */
export type Remembered = { key: Key; lastKey?: Key; payload: number; givenTs: number | null };
/** What memory knows about an identity: what was said under it, and, while that is being written, its entry in a flush. */
export type Known<Entry> = { payload: number; givenTs: number | null; writing: Entry | undefined };

/** Two words of the key and the number of the row being written. */
const WORDS = 3;
const EMPTY = 0;
const DELETED = 1;
/** Entries that are stored carry this number, those being written a larger one. */
const STORED = 2;
const LOAD_MAX = 0.7;

/** A hash table in flat arrays: 28 bytes a slot, no object per entry, nothing for the garbage collector to walk. */
class Generation {
  private readonly words: Uint32Array;
  private readonly payloads: Float64Array;
  private readonly times: Float64Array;
  private readonly mask: number;
  used = 0;

  constructor(readonly entriesMax: number) {
    const slots = 2 ** Math.ceil(Math.log2(Math.max(4, entriesMax / LOAD_MAX)));
    this.mask = slots - 1;
    this.words = new Uint32Array(slots * WORDS);
    this.payloads = new Float64Array(slots);
    this.times = new Float64Array(slots);
  }

  clear(): void {
    this.words.fill(0);
    this.used = 0;
  }

  /** The slot of a key, or -1. */
  find({ high, low }: Key): number {
    const { words, mask } = this;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const at = slot * WORDS;
      const state = words[at + 2]!;
      if (state === EMPTY) return -1;
      if (state !== DELETED && words[at] === high && words[at + 1] === low) return slot;
    }
  }

  put(key: Key, payload: number, givenTs: number | null, number: number): void {
    let slot = this.find(key);
    if (slot === -1) {
      const { words, mask } = this;
      slot = key.low & mask;
      while (words[slot * WORDS + 2]! > DELETED) slot = (slot + 1) & mask;
      if (words[slot * WORDS + 2] === EMPTY) this.used++;
    }
    this.words[slot * WORDS] = key.high;
    this.words[slot * WORDS + 1] = key.low;
    this.words[slot * WORDS + 2] = number;
    this.payloads[slot] = payload;
    this.times[slot] = givenTs ?? Number.NaN;
  }

  at(slot: number): { number: number; payload: number; givenTs: number | null } {
    const time = this.times[slot]!;
    return {
      number: this.words[slot * WORDS + 2]!,
      payload: this.payloads[slot]!,
      givenTs: Number.isNaN(time) ? null : time,
    };
  }

  delete(key: Key): void {
    const slot = this.find(key);
    if (slot !== -1) this.words[slot * WORDS + 2] = DELETED;
  }

  /** Entries of times after `ms`, up to so many, and the latest time of those that were too many (or `ms`). */
  after(ms: number, most: number): { entries: Parameters<Generation['put']>[]; latest: number } {
    const { words, payloads, times } = this;
    const entries: Parameters<Generation['put']>[] = [];
    let latest = ms;
    for (let slot = 0; slot < times.length; slot++) {
      const number = words[slot * WORDS + 2]!;
      const time = times[slot]!;
      if (number <= DELETED || !(time > ms)) continue;
      const key = { high: words[slot * WORDS]!, low: words[slot * WORDS + 1]! };
      if (entries.length < most) entries.push([key, payloads[slot]!, time, number]);
      else latest = Math.max(latest, time);
    }
    return { entries, latest };
  }
}

/** Of a generation that is forgotten this share may live on, because its events are dated ahead. */
const AHEAD_SHARE = 8;

/**
 * A bounded memory of identities in two generations: when the young one is full, the old one is forgotten. Its size is fixed
 * from the start, so a process does not grow while it learns. `forgottenTo` is the latest time of an event that it may have
 * forgotten: events dated ahead of their arrival live on for longer, so that one of them does not cast doubt on all.
 */
export class Seen<Entry extends { row: Remembered }> {
  private young: Generation;
  private old: Generation;
  private youngSinceMs: number;
  /** Entries under way, by the number that memory keeps with them. */
  private readonly writing = new Map<number, Entry>();
  private lastNumber = STORED;

  constructor(
    entriesMax: number,
    public forgottenTo: number,
    nowMs: number,
    /** So much an event may be ahead of its arrival. */
    private readonly aheadMs = 0,
  ) {
    const half = Math.max(1, Math.floor(entriesMax / 2));
    this.young = new Generation(half);
    this.old = new Generation(half);
    this.youngSinceMs = nowMs;
  }

  get(key: Key): Known<Entry> | undefined {
    const young = this.young.find(key);
    const generation = young === -1 ? this.old : this.young;
    const slot = young === -1 ? this.old.find(key) : young;
    if (slot === -1) return undefined;
    const { number, payload, givenTs } = generation.at(slot);
    return { payload, givenTs, writing: this.writing.get(number) };
  }

  /** Remembers what is stored. */
  set(key: Key, payload: number, givenTs: number | null, nowMs: number): void {
    this.put(key, payload, givenTs, STORED, nowMs);
  }

  /** Remembers what is about to be written; `ended` is told the number when that is over. */
  begin(entry: Entry, nowMs: number): number {
    const { key, lastKey, payload, givenTs } = entry.row;
    this.lastNumber = this.lastNumber === 0xffff_ffff ? STORED + 1 : this.lastNumber + 1;
    this.put(key, payload, givenTs, this.lastNumber, nowMs);
    if (lastKey) this.put(lastKey, payload, givenTs, this.lastNumber, nowMs);
    this.writing.set(this.lastNumber, entry);
    return this.lastNumber;
  }

  ended(number: number): void {
    this.writing.delete(number);
  }

  /** As if the row had never come. */
  forget({ key, lastKey }: Remembered): void {
    for (const k of [key, lastKey]) {
      if (!k) continue;
      this.young.delete(k);
      this.old.delete(k);
    }
  }

  /** Forgets all that is stored; from now on an earlier copy is looked up there. */
  clear(nowMs: number): void {
    this.young.clear();
    this.old.clear();
    this.youngSinceMs = nowMs;
    this.forgottenTo = nowMs + this.aheadMs;
    for (const [number, { row }] of this.writing)
      for (const key of [row.key, row.lastKey]) if (key) this.young.put(key, row.payload, row.givenTs, number);
  }

  /** May an earlier copy of an event of this time have been forgotten? */
  mayHaveForgotten(eventMs: number): boolean {
    return eventMs <= this.forgottenTo;
  }

  /** Is there anything stored that it does not know? */
  get hasForgotten(): boolean {
    return this.forgottenTo > Number.NEGATIVE_INFINITY;
  }

  get size(): number {
    return this.young.used + this.old.used;
  }

  private put(key: Key, payload: number, givenTs: number | null, number: number, nowMs: number): void {
    if (this.young.used >= this.young.entriesMax && this.young.find(key) === -1) this.turn(nowMs);
    this.young.put(key, payload, givenTs, number);
  }

  /** The young generation becomes the old one, and the old one is forgotten. */
  private turn(nowMs: number): void {
    const [forgotten, kept] = [this.old, this.young];
    const { entries, latest } = forgotten.after(this.youngSinceMs, Math.floor(kept.entriesMax / AHEAD_SHARE));
    if (forgotten.used > 0) this.forgottenTo = Math.max(this.forgottenTo, latest);
    forgotten.clear();
    [this.old, this.young] = [kept, forgotten];
    for (const entry of entries) if (kept.find(entry[0]) === -1) this.young.put(...entry);
    this.youngSinceMs = nowMs;
  }
}
