import { describe, expect, it } from 'vitest';
import { parseReviewFilter, reviewFilter } from './search-params';

const parse = (params: Record<string, string>) => parseReviewFilter((key) => params[key] ?? null);

describe('which reviews are shown', () => {
  it('are the open ones of all models, unless the URL says otherwise', () => {
    expect(parse({})).toEqual({ state: 'open', model: null });
    expect(parse({ state: 'closed', model: 'm' })).toEqual({ state: 'closed', model: 'm' });
    expect(parse({ state: 'lost' }).state).toBe('open');
  });
  it('are asked for without what is not chosen', () => {
    expect(reviewFilter({ state: 'all', model: null })).toEqual({});
    expect(reviewFilter({ state: 'open', model: 'm' })).toEqual({ state: 'open', model: 'm' });
  });
});
