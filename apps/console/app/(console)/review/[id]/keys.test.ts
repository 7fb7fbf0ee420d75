import { describe, expect, it } from 'vitest';
import { actOf, keyed } from './keys';

const plain = { ctrlKey: false, metaKey: false, altKey: false, typing: false };

describe('keys of labels', () => {
  it('are digits, then letters that mean nothing else, each once', () => {
    const keys = keyed(Array.from({ length: 40 }, (_, i) => `class ${i}`)).map((k) => k.key);
    expect(keys.slice(0, 11)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b']);
    const used = keys.filter((k) => k !== null);
    expect(new Set(used).size).toBe(used.length);
    expect(used).not.toContain('s');
    expect(keys.at(-1)).toBeNull();
  });
  it('say which label, or what to do', () => {
    const labels = keyed(['no', 'yes']);
    expect(actOf({ ...plain, key: '2' }, labels)).toEqual({ label: 'yes' });
    expect(actOf({ ...plain, key: 'S' }, labels)).toBe('skip');
    expect(actOf({ ...plain, key: 'u' }, labels)).toBe('undo');
    expect(actOf({ ...plain, key: '7' }, labels)).toBeNull();
  });
  it('mean nothing while something is typed, nor with Ctrl', () => {
    expect(actOf({ ...plain, key: '1', typing: true }, keyed(['no']))).toBeNull();
    expect(actOf({ ...plain, key: 'u', ctrlKey: true }, keyed(['no']))).toBeNull();
  });
});
