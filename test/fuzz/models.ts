import type { Task } from './oracle.js';

/** Declared before anything is sent, so that an event of another kind is a `task_mismatch`. */
export const DECLARED: readonly (readonly [string, Task])[] = [
  ['fz-binary', 'binary'],
  ['fz-multiclass', 'multiclass'],
  ['fz-regression', 'regression'],
];
/** Bodies that break off speak of this one. */
export const TORN = 'fz-torn';
/** Known from their first event, whichever it is: all of them are of one kind. */
const DISCOVERED: readonly (readonly [string, Task])[] = [
  ['constructor', 'binary'],
  ['toString', 'regression'],
  ['hasOwnProperty', 'multiclass'],
  ['A', 'binary'],
  ['0.-_', 'binary'],
  ['9'.repeat(128), 'multiclass'],
  ['null', 'regression'],
  ...Array.from({ length: 5 }, (_, i) => [`fz-found-${i}`, 'binary'] as const),
];

export const MODELS: readonly (readonly [string, Task])[] = [
  ...DECLARED,
  ...DECLARED,
  ...DECLARED,
  ...DISCOVERED,
  [TORN, 'binary'],
];
const TASKS = new Map(MODELS);
export const taskOf = (model: string): Task | null => TASKS.get(model) ?? null;
