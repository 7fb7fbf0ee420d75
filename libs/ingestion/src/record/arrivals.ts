import type { Flush } from '../commit/groupCommit.js';
import type { Kind } from '../commit/writeFlush.js';
import { Bytes } from '../encode/bytes.js';
import { COLUMNS } from '../encode/row.js';
import type { Schema } from './catalogue.js';

/** Columns of the log of arrivals: outcomes as they are, of predictions the ids and times of a batch in one row a version. */
export const ARRIVED = {
  predictions: ['project', 'model', 'version', 'batch_id', 'ids', 'times'],
  outcomes: COLUMNS.outcomes,
};

/** Writes down what of a flush was stored, copied from its bytes. */
export const appendArrived: Record<Kind, (flush: Flush, out: Bytes) => void> = {
  predictions({ batchId, entries, bytes }, out) {
    const groups = new Map<Schema, Group>();
    let last: { schema: Schema; group: Group } | undefined;
    for (const { row, verdict, start } of entries) {
      if (verdict !== 'accepted' || !row.shape) continue;
      const { schema } = row.shape;
      if (last?.schema !== schema) {
        const group = groups.get(schema) ?? { ids: new Bytes(), times: new Bytes() };
        groups.set(schema, group);
        last = { schema, group };
      }
      const { ids, times } = last.group;
      if (ids.length > 0) {
        ids.ascii(',');
        times.ascii(',');
      }
      ids.copy(bytes.buffer, start + row.idAt, start + row.idEnd);
      times.ascii(String(row.ts));
    }
    for (const [{ project, model, version }, { ids, times }] of groups) {
      out.ascii('[').string(project).ascii(',').string(model).ascii(',').string(version).ascii(`,"${batchId}",[`);
      out.copy(ids.buffer, 0, ids.length).ascii('],[').copy(times.buffer, 0, times.length).ascii(']]\n');
    }
  },
  outcomes({ entries, bytes }, out) {
    for (const { verdict, start, end } of entries) if (verdict === 'accepted') out.copy(bytes.buffer, start, end);
  },
};

type Group = { ids: Bytes; times: Bytes };
