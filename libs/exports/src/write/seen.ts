import type { EventStore } from '@plumbline/clickhouse';
import type { ModelContext } from '@plumbline/control';
import { Binds, rowsSql, type Selection } from '@plumbline/rows';
import { COLUMNS_MAX, type Seen } from '../layout.js';
import { READ } from './parts.js';

type Found = {
  seen_nums: string[];
  seen_cats: string[];
  seen_nulls: string[];
  seen_vectors: string[];
  seen_tags: string[];
  seen_classes: string[];
  row_bytes: number;
  scored: number;
  classed: number;
  valued: number;
};

/** Of what a row holds, all that may be large: texts, and embeddings as they are written out. */
const BYTES = `(arraySum(v -> length(v), mapValues(cats)) + arraySum(v -> length(v), mapValues(tags)) + arraySum(v -> 10 * length(v), mapValues(vectors)))`;
/** A few large rows among small ones weigh little, days on which all are large weigh enough. */
const MEAN_TIMES = 4;
const MAX_OVER = 4;

/** What the rows of a selection hold: read from them and not from the catalogue, so that what comes later changes nothing.
 * `rowBytes`: how large a row may be reckoned, so that a part is never many times larger than reckoned. */
export async function seenIn(
  store: EventStore,
  model: ModelContext,
  selection: Selection,
): Promise<Seen & { rowBytes: number }> {
  const binds = new Binds();
  const { sources: _, ...rest } = selection;
  const filters = (rest.filters ?? []).filter((f) => f.field !== 'label');
  const columns = ['nums', 'cats', 'nulls', 'vectors', 'tags', 'score', 'class', 'value', 'scores'] as const;
  const rows = rowsSql(store, model, { ...rest, filters, unlabelled: true, unique: true }, columns, binds);
  const names = (list: string) => `groupUniqArrayArray(${COLUMNS_MAX + 1})(${list})`;
  const [found] = await store.query<Found>(
    `SELECT ${names('mapKeys(nums)')} AS seen_nums, ${names('mapKeys(cats)')} AS seen_cats, ${names('nulls')} AS seen_nulls,
       ${names('mapKeys(vectors)')} AS seen_vectors, ${names('mapKeys(tags)')} AS seen_tags, ${names('mapKeys(scores)')} AS seen_classes,
       greatest(avg(${BYTES}) * ${MEAN_TIMES}, max(${BYTES}) / ${MAX_OVER}) AS row_bytes,
       max(isNotNull(score)) AS scored, max(class != '') AS classed, max(isNotNull(value)) AS valued
     FROM (${rows})`,
    binds.params,
    READ,
  );
  return {
    nums: found?.seen_nums ?? [],
    cats: found?.seen_cats ?? [],
    nulls: found?.seen_nulls ?? [],
    vectors: found?.seen_vectors ?? [],
    tags: found?.seen_tags ?? [],
    classes: found?.seen_classes ?? [],
    rowBytes: Number(found?.row_bytes ?? 0),
    score: Boolean(found?.scored),
    class: Boolean(found?.classed),
    value: Boolean(found?.valued),
  };
}
