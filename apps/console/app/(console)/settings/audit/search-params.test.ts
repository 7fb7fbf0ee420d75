import { expect, it } from 'vitest';
import { filterOf, parseView } from './search-params';

const NOW = Date.parse('2026-05-02T10:20:30Z');
const view = (query: string) => parseView(new URLSearchParams(query));

it('a link without anything asks for everything', () => {
  expect(filterOf(view(''), NOW)).toEqual({});
});
it('a link keeps what it says, and what makes no sense is left out', () => {
  expect(filterOf(view('q=fraud&area=monitor&actor=Ann&span=24h'), NOW)).toEqual({
    q: 'fraud',
    action: 'monitor',
    actor: 'Ann',
    from: '2026-05-01T10:20:00.000Z',
  });
  expect(filterOf(view('q=%20&area=nothing&span=century'), NOW)).toEqual({});
});
