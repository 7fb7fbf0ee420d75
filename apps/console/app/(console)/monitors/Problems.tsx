'use client';

import type { DiagnosisProblem, MonitorBody } from '@plumbline/contracts';
import { Button } from '@/components/Button';
import { Icon } from '@/components/icons';

/** What is wrong with a monitor, with the change that mends it where there is one. */
export function Problems({
  problems,
  onChange,
  busy = false,
}: {
  problems: readonly DiagnosisProblem[];
  onChange?: (change: Partial<MonitorBody>) => void;
  busy?: boolean;
}) {
  return (
    <ul className="flex flex-col divide-y divide-line">
      {problems.map((p) => (
        <li key={p.code} className="flex flex-wrap items-start gap-x-3 gap-y-2 px-4 py-3">
          <span className={`mt-0.5 ${p.severity === 'warning' ? 'text-warning' : 'text-faint'}`}>
            <Icon name={p.severity === 'warning' ? 'incident' : 'note'} size={15} />
          </span>
          <div className="min-w-0 flex-1 basis-72 text-sm">
            <p>{p.message}</p>
            {p.fix && <p className="mt-0.5 text-muted">{p.fix}</p>}
            {p.change && <p className="mt-1 font-mono text-xs break-words text-faint">{changeText(p.change)}</p>}
          </div>
          {p.change && onChange && (
            <Button disabled={busy} onClick={() => onChange(p.change as Partial<MonitorBody>)}>
              Apply
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}

const changeText = (change: Record<string, unknown>): string =>
  Object.entries(change)
    .map(([field, value]) => `${field}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('  ');
