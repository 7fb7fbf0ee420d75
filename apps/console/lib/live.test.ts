import { expect, it } from 'vitest';
import { staleKeys } from './live';

it.each([
  ['incident', '{}', [['incidents'], ['incident'], ['overview'], ['monitors']]],
  ['window', '{"model":"fraud"}', [['overview'], ['model', 'fraud']]],
  ['window', 'not json', [['overview'], ['model']]],
  ['heartbeat', '', []],
])('%s %s makes stale', (event, data, want) => expect(staleKeys(event, data)).toEqual(want));
