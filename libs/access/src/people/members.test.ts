import { describe, expect, it } from 'vitest';
import { type Member, refusal } from './members.js';

const ann: Member = { personId: 'ann', role: 'admin', disabled: false };
const bob: Member = { personId: 'bob', role: 'admin', disabled: true };
const eve: Member = { personId: 'eve', role: 'editor', disabled: false };

describe('the last admin', () => {
  it.each([
    ['cannot be removed', [ann, eve], 'ann', { gone: true }, true],
    ['cannot be demoted', [ann, eve], 'ann', { role: 'editor' as const }, true],
    ['cannot be disabled', [ann, eve], 'ann', { disabled: true }, true],
    ['is not helped by one who is disabled', [ann, bob], 'ann', { gone: true }, true],
    ['may go after another was enabled', [ann, { ...bob, disabled: false }], 'ann', { gone: true }, false],
    ['may stay what they are', [ann, eve], 'ann', { role: 'admin' as const }, false],
    ['says nothing about others', [ann, eve], 'eve', { gone: true }, false],
    ['says nothing where keys alone manage', [eve], 'eve', { gone: true }, false],
  ])('%s', (_, all, id, change, refused) => expect(refusal(all, id, change) !== null).toBe(refused));
});
