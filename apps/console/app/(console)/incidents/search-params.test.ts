import { expect, it } from 'vitest';
import { incidentQuestion, parseIncidentFilter } from './search-params';

const parse = (query: string) => {
  const params = new URLSearchParams(query);
  return parseIncidentFilter((key) => params.get(key));
};

it.each([
  ['', { state: 'unresolved' }],
  ['state=resolved&model=fraud', { state: 'resolved', model: 'fraud' }],
  ['state=all', {}],
  ['state=nonsense&model=', { state: 'unresolved' }],
])('"%s" asks for', (query, want) => expect(incidentQuestion(parse(query))).toEqual(want));
