import type { ReviewAnswer, ReviewResult, ReviewSample, Task } from '@plumbline/contracts';
import { type Estimate, meanFromSums, wilson } from '@plumbline/stats';

export type Judged = { answer: ReviewAnswer; label: string; labelBefore: string | null };

/** What the labels say: how often the model was right, or how far off, with an interval; and whether labels that were there are confirmed. */
export function resultOf(
  items: readonly Judged[],
  model: { task: Task; positive: readonly string[] },
  sample: ReviewSample,
): ReviewResult {
  const regression = model.task === 'regression';
  const same = sameLabel(model.positive);
  const right = items.filter(({ answer, label }) => answer.class !== null && same(answer.class, label)).length;
  const answered = items.filter(({ answer }) => answer.class !== null).length;
  const errors = items.flatMap(({ answer, label }) =>
    answer.value === null || !Number.isFinite(Number(label)) ? [] : [Math.abs(answer.value - Number(label))],
  );
  const sum = (of: (e: number) => number) => errors.reduce((total, e) => total + of(e), 0);
  const relabelled = items.filter((i) => i.labelBefore !== null);
  const pairs = new Map<string, { answer: string | null; label: string; count: number }>();
  for (const { answer, label } of regression ? [] : items) {
    const key = JSON.stringify([answer.class, label]);
    const pair = pairs.get(key) ?? { answer: answer.class, label, count: 0 };
    pair.count++;
    pairs.set(key, pair);
  }
  return {
    labelled: items.length,
    accuracy: regression || answered === 0 ? null : plain(wilson(right, answered)),
    mae:
      regression && errors.length > 0
        ? plain(
            meanFromSums(
              errors.length,
              sum((e) => e),
              sum((e) => e * e),
            ),
          )
        : null,
    representative: sample === 'random',
    relabelled: relabelled.length,
    agree: relabelled.filter((i) => same(i.labelBefore!, i.label)).length,
    confusion: [...pairs.values()].sort((a, b) => b.count - a.count || (a.label < b.label ? -1 : 1)),
  };
}

/** Labels are compared as text; of a model that declared no positive class, 1 and true mean the same. */
const sameLabel = (positive: readonly string[]) => (a: string, b: string) =>
  a === b ||
  (positive.includes(a) && positive.includes(b)) ||
  (a.trim() !== '' && b.trim() !== '' && Number.isFinite(Number(a)) && Number(a) === Number(b));

const plain = ({ value, low, high }: Estimate) => ({ value, low, high });
