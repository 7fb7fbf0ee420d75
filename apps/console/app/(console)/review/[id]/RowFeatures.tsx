import type { EventRow, ModelView, ProfileAnswer } from '@plumbline/contracts';
import { Icon } from '@/components/icons';
import { cell } from '@/lib/format';
import { type Mark, unusual } from './unusual';

type Line = { name: string; value: unknown; importance: number; mark: Mark | null };

/** What the model saw: what is unlike the reference first, then by importance. */
export function RowFeatures({
  row,
  schema,
  profiles,
}: {
  row: EventRow;
  schema: ModelView['schema'];
  profiles: ProfileAnswer['features'] | undefined;
}) {
  const importance = new Map(schema.map((f) => [f.name, f.importance ?? 0]));
  const lines: Line[] = [...new Set([...Object.keys(row.features), ...schema.map((f) => f.name)])].map((name) => {
    const profile = profiles?.[name];
    const value = row.features[name];
    return {
      name,
      value,
      importance: importance.get(name) ?? 0,
      mark: unusual(value, profile?.reference ?? profile?.current),
    };
  });
  const weight = (l: Line) => (l.mark ? (l.mark.strong ? 2 : 1) : 0);
  lines.sort((a, b) => weight(b) - weight(a) || b.importance - a.importance || a.name.localeCompare(b.name));
  const tags = Object.entries(row.tags);
  return (
    <div className="max-h-none overflow-y-auto lg:max-h-[calc(100dvh-16rem)]">
      <dl>
        {lines.map((l) => (
          <div
            key={l.name}
            className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)] items-baseline gap-x-4 border-b border-line px-4 py-1.5 last:border-b-0 sm:grid-cols-[minmax(0,14rem)_minmax(0,1fr)_auto]"
          >
            <dt className="truncate text-muted" title={l.name}>
              {l.name}
            </dt>
            <dd className="font-medium wrap-anywhere">
              {l.value === null || l.value === undefined ? (
                <span className="font-normal text-faint">missing</span>
              ) : (
                cell(l.value, 400)
              )}
            </dd>
            <dd className="col-start-2 sm:col-start-3">
              {l.mark && (
                <span
                  className={`inline-flex items-center gap-1 text-xs ${l.mark.strong ? 'font-medium text-warning' : 'text-muted'}`}
                >
                  <Icon name={l.mark.strong ? 'incident' : 'circle'} size={12} />
                  {l.mark.text}
                </span>
              )}
            </dd>
          </div>
        ))}
      </dl>
      {tags.length > 0 && (
        <p className="border-t border-line px-4 py-2 text-xs text-muted">
          {tags.map(([name, value]) => (
            <span key={name} className="mr-4 inline-block">
              <span className="text-faint">{name}</span> {value}
            </span>
          ))}
        </p>
      )}
    </div>
  );
}
