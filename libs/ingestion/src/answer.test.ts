import { expect, it } from 'vitest';
import { Answer } from './answer.js';
import { Refusal } from './check/refusal.js';
import { given } from './read/body.js';

const answerTo = (events: unknown[]) => {
  const answer = new Answer(2);
  for (const [i, event] of events.entries()) answer.refuse(i, new Refusal('missing_field', 'no'), given(event));
  return answer;
};

it('an answer shows the first refusals and says how many there were if it cannot show them all', () => {
  const wrong = ['a', 'b', 'c'].map((prediction_id) => ({ model: 'm', prediction_id }));
  expect(answerTo(wrong.slice(0, 2)).settle()).toEqual({
    accepted: 0,
    duplicates: 0,
    rejected: [
      { index: 0, prediction_id: 'a', code: 'missing_field', message: 'no' },
      { index: 1, prediction_id: 'b', code: 'missing_field', message: 'no' },
    ],
  });
  const answer = answerTo(wrong);
  const { rejected, rejected_total } = answer.settle();
  expect([rejected.map((r) => r.prediction_id), rejected_total]).toEqual([['a', 'b'], 3]);
  expect(answer.rejected, 'all of them go to quarantine').toHaveLength(3);
  expect(answer.codes()).toEqual(new Map([['missing_field', 3]]));
});
