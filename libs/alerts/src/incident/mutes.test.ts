import { muteBody } from '@plumbline/contracts';
import { describe, expect, it } from 'vitest';
import { type Muted, type MuteRow, muting } from './mutes.js';

const mute = (id: string, matchers: MuteRow['matchers']): MuteRow => ({
  id,
  projectId: 'p',
  matchers,
  until: new Date(),
  reason: 'deploy',
  createdBy: 'ann',
  createdAt: new Date(),
});
const about: Muted = {
  model: 'fraud',
  monitors: [{ id: 'm1', name: 'drift of inputs' }],
  subjects: ['age', 'income'],
  severity: 'warning',
};

describe('a mute', () => {
  it.each<[MuteRow['matchers'], Partial<Muted>, boolean]>([
    [{ model: 'fraud' }, {}, true],
    [{ model: 'other' }, {}, false],
    [{ severity: 'warning' }, {}, true],
    [{ severity: 'critical' }, {}, false],
    [{ severity: 'info' }, {}, false],
    [{ monitor: 'm1' }, {}, true],
    [{ monitor: 'drift of inputs' }, {}, true],
    [{ monitor: 'm2' }, {}, false],
    [{ monitor: 'm1' }, { monitors: [...about.monitors, { id: 'm2', name: 'y' }] }, false],
    [{ feature: 'age' }, {}, false],
    [{ feature: 'age' }, { subjects: ['age'] }, true],
    [{ feature: 'age' }, { subjects: [] }, false],
    [{ model: 'fraud', severity: 'warning', monitor: 'm1' }, {}, true],
    [{ model: 'fraud', severity: 'critical' }, {}, false],
  ])('%j about %j: %s', (matchers, over, silent) => {
    expect(muting([mute('x', matchers)], { ...about, ...over })?.id).toBe(silent ? 'x' : undefined);
  });

  it('knows what it may be about', () => {
    const body = (matchers: object) => ({ matchers, until: 1, reason: 'r' });
    expect(muteBody.safeParse(body({ model: 'm' })).success).toBe(true);
    expect(muteBody.safeParse(body({ model: 'm', slice: 'x' })).success).toBe(false);
  });

  it('is the first that fits', () => {
    expect(
      muting([mute('a', { model: 'other' }), mute('b', { model: 'fraud' }), mute('c', { model: 'fraud' })], about)?.id,
    ).toBe('b');
    expect(muting([], about)).toBeUndefined();
  });
});
