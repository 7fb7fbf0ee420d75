import type { ModelContext } from '@plumbline/control';
import { describe, expect, it } from 'vitest';
import { matrix, shownClasses } from './confusion.js';
import { kindsOf } from './kinds.js';

const model = (task: ModelContext['task'], classes: string[] = []) =>
  ({ model: 'm', task, classes }) as unknown as ModelContext;

describe('what can be drawn', () => {
  it('is all that the task has, of one class only where it is named', () => {
    expect(kindsOf(model('binary'), {})).toEqual(['roc', 'precision_recall', 'calibration', 'confusion']);
    expect(kindsOf(model('multiclass'), {})).toEqual(['calibration', 'confusion']);
    expect(kindsOf(model('multiclass'), { class: 'a' })).toEqual([
      'roc',
      'precision_recall',
      'calibration',
      'confusion',
    ]);
    expect(kindsOf(model('regression'), {})).toEqual(['residuals']);
    expect(kindsOf(model('binary'), { kinds: ['roc', 'roc'] })).toEqual(['roc']);
  });

  it.each([
    [model('regression'), { kinds: ['roc' as const] }, /'roc' cannot be drawn .* regression model. It has: residuals/],
    [model('binary'), { kinds: ['residuals' as const] }, /It has: roc, precision_recall, calibration, confusion/],
    [model('binary'), { class: '1' }, /'class' chooses one class of a multiclass model/],
    [model('multiclass', ['a', 'b']), { class: 'c' }, /'c' is not a class of 'm'. It has: a, b/],
    [model('multiclass', ['a', 'b']), { kinds: ['roc' as const] }, /name it in 'class' \(a, b\)/],
    [model('multiclass'), { kinds: ['precision_recall' as const] }, /name it in 'class'\./],
  ])('refuses %#', (m, q, message) => {
    expect(() => kindsOf(m, q)).toThrow(message);
  });
});

describe('the confusion matrix', () => {
  const found = (...classes: string[]) => classes.slice(0, 3).map((c) => ({ class: c, distinct: classes.length }));

  it('has the declared classes in their order, then the others', () => {
    expect(shownClasses(found('z', 'b'), ['b', 'a'], 3)).toEqual({ classes: ['b', 'a', 'z'], folded: 0 });
    expect(shownClasses([], ['b', 'a'], 3)).toEqual({ classes: ['b', 'a'], folded: 0 });
  });

  it('folds what is rare into the last row and column, under a name that no class has', () => {
    const shown = shownClasses(found('z', 'b', 'a', 'c', 'd'), ['a', 'b', 'c', 'd', 'e'], 3);
    expect(shown).toEqual({ classes: ['z', 'b'], folded: 3 });
    expect(
      matrix(shown, [
        { actual_at: 1, predicted_at: 2, n: 5 },
        { actual_at: 0, predicted_at: 0, n: 7 },
        { actual_at: 2, predicted_at: 0, n: 1 },
      ]),
    ).toEqual({
      classes: ['z', 'b', 'other'],
      counts: [
        [0, 5, 0],
        [0, 0, 1],
        [0, 0, 7],
      ],
      folded: 3,
    });
    expect(matrix({ classes: ['other'], folded: 2 }, []).classes).toEqual(['other', '(other)']);
    // Declared, but too many: those that occur.
    expect(shownClasses(found('z', 'b'), ['a', 'b', 'c'], 3)).toEqual({ classes: ['z', 'b'], folded: 0 });
  });
});
