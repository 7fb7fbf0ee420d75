import type { Filter, RowOrder } from '@plumbline/contracts';

/** The rows that something is done with: those that the page shows. Times as epoch ms or ISO-8601. */
export type Slice = {
  model: string;
  range: { from: number | string; to: number | string };
  filters?: Filter[];
  version?: string;
  knownAt?: string;
  order?: RowOrder;
  seed?: number;
};

export const questionOf = ({ range, filters = [], version, knownAt }: Slice) => ({
  from: range.from,
  to: range.to,
  filters,
  ...(version === undefined ? {} : { version }),
  ...(knownAt === undefined ? {} : { known_at: knownAt }),
});
