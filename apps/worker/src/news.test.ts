import { describe, expect, it } from 'vitest';
import { News } from './news.js';

const HOUR_MS = 3_600_000;
const of = { projectId: 'p', model: 'm' };

describe('news', () => {
  it('counts what came since the last look', () => {
    const news = new News();
    expect(news.of(of)).toBeUndefined();
    news.came(of, 3);
    news.came(of, 4);
    expect(news.of(of)).toBe(7);
    news.seen(of);
    expect(news.of(of)).toBeUndefined();
  });

  it('takes a past that nobody looked at for changed, and one that was looked at only when it changes', () => {
    const news = new News();
    expect(news.isPastDue(of, 0)).toBe(true);
    news.pastSeen(of);
    expect(news.isPastDue(of, 0)).toBe(false);
    news.changedPast(of);
    expect(news.isPastDue(of, 0)).toBe(true);
  });

  it('lets a past that said something rest for an hour, and names it when that is over', () => {
    const news = new News();
    news.pastSeen(of);
    news.pastRestsFrom(of, 0);
    news.changedPast({ ...of });
    expect([news.isPastDue(of, HOUR_MS - 1), news.pastsDue(HOUR_MS - 1)]).toEqual([false, []]);
    expect([news.isPastDue(of, HOUR_MS), news.pastsDue(HOUR_MS)]).toEqual([true, [of]]);
    news.pastSeen(of);
    expect(news.pastsDue(HOUR_MS)).toEqual([]);
  });
});
