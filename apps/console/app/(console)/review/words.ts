import type { ReviewSample, ReviewSummary } from '@plumbline/contracts';
import { filterText } from '@/filters/filter';
import { date } from '@/lib/format';

export const SAMPLE: Record<ReviewSample, string> = {
  random: 'at random',
  uncertain: 'uncertain',
  disagreeing: 'suspicious',
  diverse: 'diverse',
};

/** Which rows a review is about, in a few words. */
export const sliceWords = (r: ReviewSummary, now: number): string =>
  [
    `${date(r.from, now)} – ${date(r.to, now)}`,
    ...(r.version === null ? [] : [`version ${r.version || '(none)'}`]),
    ...r.filters.map(filterText),
  ].join(' · ');
