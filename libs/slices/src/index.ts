export { answerSlices } from './answer.js';
export { type CodedField, type SearchInput, searchSlices } from './search.js';
