import { group, percent } from '@/lib/format';

/** Rows are what was true, columns what was said. */
export type Matrix = { classes: string[]; counts: number[][] };

/** `reference`: the same matrix of the reference, its classes in any order. */
export function Confusion({ matrix, reference = null }: { matrix: Matrix; reference?: Matrix | null }) {
  const { classes, counts } = matrix;
  const dense = classes.length > 5;
  const height = dense ? 'h-9' : classes.length === 2 ? 'h-28' : classes.length === 3 ? 'h-21' : 'h-16';
  return (
    <div className="overflow-x-auto">
      <table className="w-full table-fixed border-separate border-spacing-0.5 text-center text-xs">
        <caption className="sr-only">Confusion matrix: rows are the actual classes, columns the predicted ones</caption>
        <thead>
          <tr>
            <th scope="col" className="w-28 pr-2 text-right font-normal text-faint">
              actual ↓ predicted →
            </th>
            {classes.map((c) => (
              <th key={c} scope="col" className="truncate px-1 pb-1 font-medium text-muted" title={c}>
                {c}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {classes.map((actual, i) => {
            const row = counts[i] ?? [];
            const total = row.reduce((a, b) => a + b, 0);
            return (
              <tr key={actual}>
                <th scope="row" className="truncate pr-2 text-right font-medium text-muted" title={actual}>
                  {actual}
                </th>
                {classes.map((said, j) => {
                  const n = row[j] ?? 0;
                  const share = total > 0 ? n / total : 0;
                  const right = i === j;
                  const before = reference && shareIn(reference, actual, said);
                  return (
                    <td
                      key={said}
                      className={`relative rounded ${height}`}
                      style={{
                        background: `color-mix(in oklab, var(--${right ? 'accent' : 'critical'}) ${Math.round(share * 42)}%, var(--sunken))`,
                      }}
                      data-tip={`Actual ${actual}, predicted ${said}: ${group(n)} of ${group(total)}${right ? ' (right)' : ' (wrong)'}${before === null ? '' : `\nReference ${percent(before)}`}`}
                    >
                      <span className={`block font-semibold ${dense ? '' : 'text-sm'}`}>
                        {percent(share, dense ? 0 : 1)}
                      </span>
                      {!dense && <span className="block text-2xs text-text">{group(n)}</span>}
                      {!dense && before !== null && (
                        <span className="block text-2xs text-text">ref {percent(before, 1)}</span>
                      )}
                    </td>
                  );
                })}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** Of the rows of a class, the share that was taken for another. */
function shareIn({ classes, counts }: Matrix, actual: string, said: string): number | null {
  const row = counts[classes.indexOf(actual)];
  const n = row?.[classes.indexOf(said)];
  const total = row?.reduce((a, b) => a + b, 0) ?? 0;
  return n === undefined || total === 0 ? null : n / total;
}
