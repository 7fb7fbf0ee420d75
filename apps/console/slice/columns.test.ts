import { describe, expect, it } from 'vitest';
import { choicesOf, columnsOf } from './columns';

const feature = (name: string) =>
  ({ name, type: 'numeric', declared: false, source: null, importance: null, monitored: true }) as const;
const choices = choicesOf({ task: 'binary', schema: [feature('age'), feature('income')] });
const all = new Set(choices.map((c) => c.column));
const without = (...columns: string[]) => new Set([...all].filter((c) => !columns.includes(c)));

describe('the columns of an export', () => {
  it('are not named when all are wanted', () => expect(columnsOf(choices, all)).toBeUndefined());
  it('name all features as one', () => {
    expect(columnsOf(choices, without('latency_ms'))).toContain('features.*');
    expect(columnsOf(choices, without('latency_ms'))).not.toContain('features.age');
  });
  it('name the features that are left', () => {
    expect(columnsOf(choices, without('features.age'))).toContain('features.income');
    expect(columnsOf(choices, without('features.age'))).not.toContain('features.*');
  });
});
