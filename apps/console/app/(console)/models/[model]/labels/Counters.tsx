import type { ModelView } from '@plumbline/contracts';
import { group } from '@/lib/format';

type Labels = ModelView['labels'];
const COUNTERS: [keyof Labels & ('joined' | 'pending' | 'orphaned' | 'duplicate' | 'corrected'), string, string][] = [
  ['joined', 'Joined', 'Predictions that have their label.'],
  ['pending', 'Pending', 'Predictions still without a label. Some may never get one.'],
  ['orphaned', 'Orphaned', 'Labels for a prediction nobody has seen. They join if it still comes.'],
  ['duplicate', 'Duplicate', 'The same label once more. Counted, otherwise ignored.'],
  ['corrected', 'Corrected', 'Labels that replaced an earlier one. The latest counts.'],
];

/** What became of the labels, with what each word means. */
export function Counters({ labels }: { labels: Labels }) {
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-line bg-line shadow-card sm:grid-cols-3 lg:grid-cols-5">
      {COUNTERS.map(([key, name, meaning]) => (
        <div key={key} className="bg-surface p-3.5 max-lg:last:col-span-2">
          <dt className="text-xs text-muted">{name}</dt>
          <dd className="mt-0.5 text-lg font-semibold tabular-nums">{group(labels[key])}</dd>
          <dd className="mt-1 text-xs text-pretty text-faint">{meaning}</dd>
        </div>
      ))}
    </dl>
  );
}
