import type { IncidentSummary } from '@plumbline/contracts';
import { Link } from '@/components/Link';
import { IncidentBadge, SeverityMark } from '@/components/status';
import { Ago } from '@/components/Time';
import { plural } from '@/lib/format';
import { bareTitle } from '@/lib/incident';
import { paths } from '@/lib/paths';

/** One line an incident, the whole line a link: what, where, since when, who has it. */
export function IncidentList({ incidents }: { incidents: IncidentSummary[] }) {
  return (
    <ul>
      {incidents.map((i) => (
        <li key={i.id} className="border-b border-line last:border-b-0">
          <Link
            href={paths.incident(i.id)}
            className="grid grid-cols-[auto_minmax(0,1fr)] items-start gap-x-3 px-4 py-2.5 hover:bg-hover md:grid-cols-[auto_minmax(0,1fr)_auto] md:items-center"
          >
            <span className="mt-0.5 md:mt-0">
              <SeverityMark severity={i.severity} />
            </span>
            <div className="min-w-0">
              <p className="text-pretty md:truncate">
                <span className="mr-2 text-faint">#{i.number}</span>
                <span className="font-medium">{bareTitle(i)}</span>
              </p>
              <p className="mt-0.5 truncate text-xs text-faint">
                <span className="text-muted">{i.model}</span> · {plural(i.monitors.length, 'monitor')}
                {i.subjects.length > 0 &&
                  ` · ${i.subjects.slice(0, 4).join(', ')}${i.subjects.length > 4 ? ` +${i.subjects.length - 4}` : ''}`}
              </p>
            </div>
            <div className="col-start-2 mt-1.5 flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1.5 md:col-start-3 md:mt-0 md:flex-nowrap">
              <IncidentBadge state={i.state} />
              {i.state === 'acknowledged' && i.acknowledged_by && (
                <span className="max-w-40 truncate text-xs text-muted" data-tip={i.acknowledged_by}>
                  {i.acknowledged_by}
                </span>
              )}
              <span className="text-xs whitespace-nowrap text-muted md:w-20 md:text-right">
                <Ago at={i.since} />
              </span>
            </div>
          </Link>
        </li>
      ))}
    </ul>
  );
}
