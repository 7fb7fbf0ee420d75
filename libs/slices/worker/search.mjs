// A search of seconds would hold up every other answer of the process: it runs in a thread of its own.
import { parentPort, workerData } from 'node:worker_threads';

const { task, input } = workerData;
const run =
  task === 'attribute'
    ? (await import('../dist/attribution/attributeRows.js')).attributeRows
    : (await import('../dist/searchRows.js')).searchRows;
parentPort.postMessage(run(input));
