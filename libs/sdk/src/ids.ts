const POOL = new Uint32Array(256);
let poolAt = POOL.length;

function random32(): number {
  if (poolAt === POOL.length) {
    // Node 18 has no global crypto; ids are not secrets and Math.random is seeded from the system in every process.
    if (typeof crypto === 'object') crypto.getRandomValues(POOL);
    else for (let i = 0; i < POOL.length; i++) POOL[i] = Math.random() * 2 ** 32;
    poolAt = 0;
  }
  return POOL[poolAt++] as number;
}

let lastMs = -1;
let lastTime = '';
let counter = -1;

/**
 * UUIDv7 (RFC 9562 §6.2, method 1) of a time in epoch milliseconds. Ids of one millisecond ascend, also when others were made in
 * between: 32 bits after the time are one counter with a random start, wide enough for a replay that stamps millions of events
 * alike; 42 are random.
 */
export function uuidv7(ms: number): string {
  const time = Math.min(Math.max(Math.floor(ms), 0), 2 ** 48 - 1);
  counter = counter < 0 ? random32() >>> 1 : (counter + 1) >>> 0;
  if (time !== lastMs) {
    lastMs = time;
    const hex = time.toString(16).padStart(12, '0');
    lastTime = `${hex.slice(0, 8)}-${hex.slice(8)}`;
  }
  const high = (0x7000 | (counter >>> 20)).toString(16);
  const middle = (0x8000 | ((counter >>> 6) & 0x3fff)).toString(16);
  const low = (counter & 0x3f) * 2 ** 42 + (random32() & 0x3ff) * 2 ** 32 + random32();
  return `${lastTime}-${high}-${middle}-${low.toString(16).padStart(12, '0')}`;
}

/** The millisecond that is written in a UUIDv7. */
export function timeOfId(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
