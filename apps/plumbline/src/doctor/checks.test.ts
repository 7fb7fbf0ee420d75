import { describe, expect, it } from 'vitest';
import { checkDisk, checkKey, checkMemory, checkNode, line } from './checks.js';

const GIB = 1024 ** 3;

describe('findings', () => {
  it.each([
    ['v18.20.0', 'fail'],
    ['v20.18.3', 'fail'],
    ['v20.19.0', 'ok'],
    ['v22.1.0', 'ok'],
  ])('Node %s: %s', (version, state) => {
    expect(checkNode(version).state).toBe(state);
  });

  it.each([
    [0.5, 'fail'],
    [3, 'warn'],
    [50, 'ok'],
  ])('%d GiB of disk: %s', (gib, state) => {
    expect(checkDisk(gib * GIB, '/data').state).toBe(state);
  });

  it.each([
    [0.2, 0.5, 'fail'],
    [0.5, 8, 'warn'],
    [1.2, 1.5, 'warn'],
    [4, 8, 'ok'],
  ])('%d of %d GiB of memory: %s', (available, total, state) => {
    expect(checkMemory(available * GIB, total * GIB).state).toBe(state);
  });

  it.each([
    [{ ingest: 401, read: 401, admin: 401 }, 'fail', /does not accept/],
    [{ ingest: 200, read: 403, admin: 403 }, 'ok', /^it may send events$/],
    [{ ingest: 200, read: 200, admin: 200 }, 'ok', /send events, ask questions, make keys/],
    [{ ingest: 503, read: 503, admin: 503 }, 'fail', /503/],
  ])('key %j: %s', (statuses, state, text) => {
    expect(checkKey(statuses)).toMatchObject({ state, text: expect.stringMatching(text) });
  });

  it('are lines that say what to do', () => {
    expect(line({ state: 'fail', name: 'x', text: 'broken', advice: 'mend it' })).toBe('FAIL  x: broken → mend it');
    expect(line({ state: 'ok', name: 'x', text: 'fine' })).toBe('ok    x: fine');
  });
});
