import { describe, expect, it } from 'vitest';
import { actOf, keyed } from './keys';

const plain = { ctrlKey: false, metaKey: false, altKey: false, typing: false } as const;

describe('keys of labels', () => {
  it('are digits, then letters that mean nothing else, each once', () => {
    const keys = keyed(Array.from({ length: 40 }, (_, i) => `class ${i}`)).map((k) => k.key);
    expect(keys.slice(0, 11)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b']);
    const used = keys.filter((k) => k !== null);
    expect(new Set(used).size).toBe(used.length);
    expect(used).not.toContain('s');
    expect(keys.at(-1)).toBeNull();
  });
  it('of one character are these, and no digit means another number', () => {
    expect(keyed(['0', '1'])).toEqual([
      { label: '0', key: '0' },
      { label: '1', key: '1' },
    ]);
    expect(keyed(['1', '10', '2', 's']).map((k) => k.key)).toEqual(['1', 'a', '2', 'b']);
  });
  it('say which label, or what to do', () => {
    const labels = keyed(['no', 'yes']);
    expect(actOf({ ...plain, key: '2' }, labels)).toEqual({ label: 'yes' });
    expect(actOf({ ...plain, key: 'S' }, labels)).toBe('skip');
    expect(actOf({ ...plain, key: 'u' }, labels)).toBe('undo');
    expect(actOf({ ...plain, key: '7' }, labels)).toBeNull();
  });
  it('mean nothing while something is typed, nor with Ctrl', () => {
    expect(actOf({ ...plain, key: '1', typing: 'text' }, keyed(['no']))).toBeNull();
    expect(actOf({ ...plain, key: '1', typing: 'number' }, keyed(['no']))).toBeNull();
    expect(actOf({ ...plain, key: 's', typing: 'number' }, keyed([]))).toBe('skip');
    expect(actOf({ ...plain, key: 'u', ctrlKey: true }, keyed(['no']))).toBeNull();
  });
});
