export { answerSlices } from './answer.js';
export { lossOverTime } from './overTime.js';
export { defaultLoss } from './rows.js';
export { type CodedField, type SearchInput, searchSlices } from './search.js';
export { type FoundRow, keepFound, readFound, sliceId } from './tracked/found.js';
export { listFound } from './tracked/list.js';
export { FOLLOWED_WINDOWS, searchWindow } from './tracked/searchWindow.js';
export { predicateText, sliceText } from './words.js';
