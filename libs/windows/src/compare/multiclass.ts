import {
  deriveMulticlass,
  type Estimate,
  type PairedCell,
  type PairedDifference,
  pairedClasses,
  pairedMeans,
  pairedProportions,
} from '@plumbline/stats';
import { compared, type PairedTask, sums } from './task.js';

/** With more joint cells or classes only what needs no matrix is compared: the rest would hold up everything else. */
const CELLS_MAX = 50_000;
const CLASSES_MAX = 200;
const SUMS = ['n', 'both', 'only_a', 'only_b', 'lln', 'll_a', 'll2_a', 'll_b', 'll2_b', 'll_d', 'll_d2'] as const;
type Row = { label: string; class_a: string; class_b: string; n: number };

/** Two classifiers of several classes on the same rows: counts of (true, A's, B's) class, and sums of log losses. */
export const multiclass: PairedTask = {
  columns: ['class', 'scores'],
  values: () => ({ class: 'class', known_p: 'length(mapKeys(scores)) > 0', p: 'if(has_label, scores[label], 0)' }),
  async read({ pairs, metrics, read }) {
    const decided = `SELECT * FROM (${pairs}) WHERE class_a != '' AND class_b != ''`;
    const loss = (side: string) => `-log(greatest(least(p_${side}, 1 - 1e-15), 1e-15))`;
    const [cells, [found]] = await Promise.all([
      read<Row>(
        `SELECT label, class_a, class_b, count() AS n FROM (${decided}) GROUP BY label, class_a, class_b LIMIT ${CELLS_MAX + 1}`,
      ),
      read<Record<string, unknown>>(
        `SELECT count() AS n, countIf(class_a = label AND class_b = label) AS both, countIf(class_a = label AND class_b != label) AS only_a,
           countIf(class_a != label AND class_b = label) AS only_b, countIf(_known) AS lln,
           sumIf(_a, _known) AS ll_a, sumIf(_a * _a, _known) AS ll2_a, sumIf(_b, _known) AS ll_b, sumIf(_b * _b, _known) AS ll2_b,
           sumIf(_a - _b, _known) AS ll_d, sumIf(pow(_a - _b, 2), _known) AS ll_d2
         FROM (SELECT *, known_p_a AND known_p_b AS _known, ${loss('a')} AS _a, ${loss('b')} AS _b FROM (${decided}))`,
      ),
    ]);
    const s = sums(found, SUMS);
    const differences: Record<string, PairedDifference> = {
      log_loss: pairedMeans({ n: s.lln, sumDifference: s.ll_d, sumSquaredDifference: s.ll_d2 }),
    };
    const joint = cells.map((c): PairedCell => ({ label: c.label, a: c.class_a, b: c.class_b, count: Number(c.n) }));
    const classes = [...new Set(joint.flatMap((c) => [c.label, c.a, c.b]))].sort();
    const whole = joint.length <= CELLS_MAX && classes.length <= CLASSES_MAX;
    Object.assign(differences, whole ? pairedClasses(joint) : {});
    // From sums, so that it does not need the cells.
    differences.accuracy = pairedProportions({
      both: s.both,
      onlyA: s.only_a,
      onlyB: s.only_b,
      neither: s.n - s.both - s.only_a - s.only_b,
    });
    const side = (name: 'a' | 'b'): Record<string, Estimate> => {
      const right = s.both + s[`only_${name}`];
      const losses = { logLossSum: s[`ll_${name}`], logLossSumSq: s[`ll2_${name}`], logLossN: s.lln };
      const matrix = whole
        ? { classes, confusion: confusion(joint, classes, name) }
        : {
            classes: ['right', 'wrong'],
            confusion: [
              [right, s.n - right],
              [0, 0],
            ],
          };
      const estimates = deriveMulticlass({
        ...losses,
        ...matrix,
        perClassAuc: matrix.classes.map(() => null),
        eceSum: null,
        n: s.n,
      });
      return whole ? estimates : { accuracy: estimates.accuracy!, log_loss: estimates.log_loss! };
    };
    const [a, b] = [side('a'), side('b')];
    return Object.fromEntries(metrics.map((m) => [m, compared(a[m], b[m], differences[m])]));
  },
};

function confusion(cells: readonly PairedCell[], classes: readonly string[], side: 'a' | 'b'): number[][] {
  const at = new Map(classes.map((name, i) => [name, i]));
  const counts = classes.map(() => classes.map(() => 0));
  for (const cell of cells) counts[at.get(cell.label)!]![at.get(cell[side])!]! += cell.count;
  return counts;
}
