import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noTotals } from './ledger.js';
import { openRejects } from './rejects.js';
import { Resume, stateFolder } from './resume.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-import-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('what an import remembers', () => {
  const file = { path: '/data/a.csv', size: 10, mtimeMs: 5 };
  const state = { totals: { ...noTotals(), rows: 7, accepted: 7 }, rejectsBytes: 3 };

  it('is found again by the same file, target and meaning alone', () => {
    const resume = new Resume(join(folder, 's'), file, { url: 'http://a', model: 'm' });
    expect(resume.load()).toBeUndefined();
    expect(resume.save(state, 0)).toBe(true);
    expect(new Resume(join(folder, 's'), file, { url: 'http://a', model: 'm' }).load()).toEqual(state);
    expect(
      new Resume(join(folder, 's'), { ...file, mtimeMs: 6 } as never, { url: 'http://a', model: 'm' }).load(),
    ).toBeUndefined();
    expect(new Resume(join(folder, 's'), file, { url: 'http://b', model: 'm' }).load()).toBeUndefined();
    resume.remove();
    expect(resume.load()).toBeUndefined();
  });

  it('is written a few times a second at most, and when asked', () => {
    const resume = new Resume(join(folder, 'pace'), file, 1);
    const rows = () => resume.load()?.totals.rows;
    resume.save({ ...state, totals: { ...state.totals, rows: 1 } }, 1_000);
    resume.save({ ...state, totals: { ...state.totals, rows: 2 } }, 1_100);
    expect(rows()).toBe(1);
    resume.save({ ...state, totals: { ...state.totals, rows: 3 } }, 1_150, true);
    expect(rows()).toBe(3);
  });

  it('is worth nothing when it is damaged, and goes when it is old', async () => {
    const place = join(folder, 'old');
    const resume = new Resume(place, file, 1);
    resume.save(state, 0);
    const [name] = await readdir(place);
    await writeFile(join(place, name!), '{"format":1');
    expect(resume.load()).toBeUndefined();
    await utimes(join(place, name!), 0, 0);
    new Resume(place, file, 2);
    expect(await readdir(place)).toEqual([]);
  });

  it('is not kept where nothing can be written, without failing', async () => {
    const blocked = join(folder, 'blocked');
    await writeFile(blocked, 'a file');
    const resume = new Resume(blocked, file, 1);
    expect([resume.load(), resume.save(state, 0)]).toEqual([undefined, false]);
  });

  it('lies where the system keeps state', () => {
    expect(stateFolder({ XDG_STATE_HOME: '/state' })).toBe('/state/plumbline/imports');
    expect(stateFolder({})).toMatch(/\.local\/state\/plumbline\/imports$/);
  });
});

describe('rejected rows', () => {
  const rejected = (line: number, text: string) => ({
    row: { line, text },
    told: { line, code: 'conflict' as const, message: 'no' },
  });

  it('are kept with the event, and written once although an import went on', async () => {
    const path = join(folder, 'rejects.ndjson');
    const first = openRejects(path, 0);
    first.write([rejected(1, '{"a":1}')]);
    const saved = first.bytes();
    first.write([rejected(2, 'broken é')]);
    first.close();
    const second = openRejects(path, saved);
    second.write([rejected(2, 'broken é')]);
    second.close();
    expect(
      (await readFile(path, 'utf8'))
        .trim()
        .split('\n')
        .map((l) => JSON.parse(l)),
    ).toEqual([
      { line: 1, code: 'conflict', message: 'no', event: { a: 1 } },
      { line: 2, code: 'conflict', message: 'no', event: 'broken é' },
    ]);
  });

  it('need a place that can be written', () => {
    expect(() => openRejects(join(folder, 'no', 'such'), 0)).toThrow(/--rejects/);
  });
});
