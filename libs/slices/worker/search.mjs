// A search of seconds would hold up every other answer of the process: it runs in a thread of its own.
import { parentPort, workerData } from 'node:worker_threads';
import { found } from '../dist/found.js';

parentPort.postMessage(found(workerData));
