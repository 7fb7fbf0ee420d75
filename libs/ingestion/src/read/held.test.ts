import { describe, expect, it } from 'vitest';
import { BodiesHeld } from './held.js';

async function* chunks(count: number, bytes: number) {
  for (let i = 0; i < count; i++) yield Buffer.alloc(bytes);
}

describe('bodies under way', () => {
  it('give way to the oldest when they are too many bytes together, and make room when they end', async () => {
    const bodies = new BodiesHeld(100);
    const read = async (held: ReturnType<BodiesHeld['begin']>, count: number, whole = false) => {
      let bytes = 0;
      for await (const chunk of held.counting(chunks(count, 10), whole)) bytes += chunk.length;
      return bytes;
    };
    const oldest = bodies.begin();
    const younger = bodies.begin();
    expect(await read(younger, 6)).toBe(60);
    expect(await read(oldest, 20)).toBe(200); // there is always one that goes on
    await expect(read(younger, 1)).rejects.toMatchObject({ code: 'overloaded', more: { retryAfterS: 1 } });
    expect(bodies.state).toEqual({ bodies: 2, bytes: 260 });
    bodies.end(oldest);
    expect(await read(younger, 1)).toBe(10);
    bodies.end(younger);
    expect(bodies.state).toEqual({ bodies: 0, bytes: 0 });
  });

  it('that are parsed as a whole count for what they hold then', async () => {
    const bodies = new BodiesHeld(100);
    bodies.begin();
    const parsed = bodies.begin();
    await expect(
      (async () => {
        for await (const _ of parsed.counting(chunks(3, 10), true));
      })(),
    ).rejects.toMatchObject({ code: 'overloaded' });
    expect(bodies.state.bytes).toBe(80);
  });
});
