import { expect, it } from 'vitest';
import { matching, rank } from './palette';

const commands = [
  { id: '1', group: 'Pages', label: 'Overview' },
  { id: '2', group: 'Models', label: 'bike-demand' },
  { id: '3', group: 'Models', label: 'bike-demand · Drift' },
  { id: '4', group: 'Incidents', label: '#12 Accuracy fell', hint: 'card-offers' },
];
const ids = (typed: string) => matching(commands, typed).map((c) => c.id);

it('lists everything in order when nothing is typed', () => expect(ids('')).toEqual(['1', '2', '3', '4']));
it('needs every word', () => {
  expect(ids('bike drift')).toEqual(['3']);
  expect(ids('bike xyz')).toEqual([]);
});
it('puts the start of the label first', () => {
  expect(rank(commands[1]!, 'bike')).toBeGreaterThan(rank(commands[3]!, 'card')!);
  expect(ids('demand')).toEqual(['2', '3']);
});
