import { describe, expect, it } from 'vitest';
import { admitted, afterJoined, type StormState, stormTurn } from './storm.js';

const storm = (over: Partial<StormState> = {}): StormState => ({
  state: 'collecting',
  lastPageAtMs: 0,
  sentAtMs: null,
  unnamed: 5,
  changed: 0,
  unresolved: 5,
  silent: false,
  ...over,
});

describe('a storm', () => {
  it.each([
    [3, 0, false, 3],
    [30, 0, false, 10],
    [30, 8, false, 2],
    [30, 12, false, 0],
    [3, 0, true, 0],
  ])('of %i pages that wait, %i told lately, collecting: %s: %i are told alone', (waiting, recent, collecting, alone) =>
    expect(admitted(waiting, recent, collecting)).toBe(alone),
  );

  it('is told at once, and brought up to date every 45 s', () => {
    expect(stormTurn(storm(), 0)).toMatchObject({ state: 'collecting', send: true });
    expect(stormTurn(storm({ sentAtMs: 0 }), 44_999)).toEqual({ state: 'collecting', send: false, dueAtMs: 45_000 });
    expect(stormTurn(storm({ sentAtMs: 0 }), 45_000)).toMatchObject({ send: true });
    expect([afterJoined(null, 7), afterJoined(0, 7), afterJoined(0, 90_000)]).toEqual([7, 45_000, 90_000]);
  });

  it('makes at most 17 messages in five minutes with the ten pages', () => {
    let sent = 10;
    let sentAtMs: number | null = null;
    for (let ms = 0; ms < 300_000; ms += 100) {
      if (!stormTurn(storm({ sentAtMs, lastPageAtMs: ms }), ms).send) continue;
      sentAtMs = ms;
      sent += 1;
    }
    expect(sent).toBe(17);
  });

  it('settles when five minutes were quiet, and is over when all of it is', () => {
    const named = storm({ unnamed: 0, sentAtMs: 1 });
    expect(stormTurn(named, 299_999).state).toBe('collecting');
    expect(stormTurn(named, 300_000)).toMatchObject({ state: 'settled', send: false });
    const over = storm({ unnamed: 0, unresolved: 0, sentAtMs: 1 });
    expect(stormTurn(over, 299_999)).toMatchObject({ state: 'collecting', send: false });
    expect(stormTurn(over, 300_000)).toEqual({ state: 'resolved', send: true, dueAtMs: null });
    // What nobody was told of does not end before it was named.
    expect(stormTurn(storm({ unresolved: 0, sentAtMs: 1 }), 300_000)).toMatchObject({ state: 'settled', send: true });
  });

  it('tells of ends as they come where that disturbs nobody, elsewhere when it has settled', () => {
    const changed = storm({ unnamed: 0, changed: 2, sentAtMs: 0 });
    expect(stormTurn(changed, 60_000).send).toBe(false);
    expect(stormTurn({ ...changed, silent: true }, 60_000).send).toBe(true);
    expect(stormTurn(changed, 300_000).send).toBe(true);
  });
});
