// A search of seconds would hold up every other answer of the process: it runs in a thread of its own.
import { parentPort } from 'node:worker_threads';
import { attributeRows } from '../dist/attribution/attributeRows.js';
import { searchRows } from '../dist/searchRows.js';

const TASKS = { search: searchRows, attribute: attributeRows };

parentPort.on('message', ({ task, input }) => {
  try {
    parentPort.postMessage({ found: TASKS[task](input) });
  } catch (error) {
    parentPort.postMessage({ error: String(error?.stack ?? error) });
  }
});
