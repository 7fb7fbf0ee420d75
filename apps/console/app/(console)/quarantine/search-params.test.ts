import { describe, expect, it } from 'vitest';
import { parseQuarantine, quarantineQuestion, told } from './search-params';

const parse = (query: string) => {
  const params = new URLSearchParams(query);
  return parseQuarantine((key) => params.get(key));
};

describe('the address of the quarantine', () => {
  it('says which events; without a word, those that wait', () => {
    expect(quarantineQuestion(parse(''))).toMatchObject({ replayed: 'false' });
    expect(quarantineQuestion(parse('state=replayed&code=conflict&model=m&search=%20'))).toEqual({
      replayed: 'true',
      code: 'conflict',
      model: 'm',
      search: undefined,
    });
    expect(parse('state=nonsense').state).toBe('waiting');
  });
});

it('says what came of sending again', () => {
  expect(told({ accepted: 1, duplicates: 0, rejected: [] })).toBe('1 event taken.');
  expect(told({ accepted: 2, duplicates: 1, rejected: 3 })).toBe(
    '2 events taken, 1 known already, 3 still not usable.',
  );
  expect(told({ accepted: 0, duplicates: 0, rejected: [{ message: 'no model' }] })).toBe('still not usable: no model.');
  expect(told({ accepted: 0, duplicates: 0, rejected: [] })).toBe('There was nothing to send.');
});
