import type { EventRow, FeatureProfile, ModelView } from '@plumbline/contracts';
import { useQuery } from '@tanstack/react-query';
import { CopyButton } from '@/components/CodeBlock';
import { At } from '@/components/Time';
import { cell, duration, fixed, number } from '@/lib/format';
import { queries } from '@/lib/queries';
import { PlaceMark } from './PlaceMark';
import { placeOf, referenceFor } from './place';

type Item = { name: string; value: unknown; profile?: FeatureProfile };

/** All of one row: every feature (those the model relies on first) beside the reference, its tags, its scores and times. */
export function RowDetails({ row, model }: { row: EventRow; model: ModelView }) {
  const references = useQuery(queries.references(model.name));
  const reference = referenceFor(references.data?.items ?? [], row.version);
  const importance = new Map(model.schema.map((f) => [f.name, f.importance ?? 0]));
  const features = Object.entries(row.features)
    .sort(([a], [b]) => (importance.get(b) ?? 0) - (importance.get(a) ?? 0) || a.localeCompare(b))
    .map(([name, value]): Item => ({ name, value, profile: reference?.features[name] }));
  const scores = Object.entries(row.prediction.scores ?? {}).sort(([, a], [, b]) => b - a);
  return (
    <div className="grid gap-x-10 gap-y-5 px-4 py-4 sm:px-12 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)] 2xl:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
      <div className="min-w-0">
        <p className="mb-1 text-xs text-faint">
          Features
          {reference
            ? ` beside the reference “${reference.name}”`
            : references.isSuccess && '. Without a reference there is nothing to hold them against.'}
        </p>
        {features.length === 0 ? (
          <p className="text-muted">none</p>
        ) : (
          <ul className="grid gap-x-10 2xl:grid-cols-2">
            {features.map((item) => (
              <Placed key={item.name} {...item} />
            ))}
          </ul>
        )}
      </div>
      <div className="flex min-w-0 flex-col gap-4">
        <div>
          <p className="mb-1 text-xs text-faint">Prediction</p>
          <ul>
            {said(row, reference?.features).map((item) => (
              <Placed key={item.name} {...item} />
            ))}
            <Pair name="Actual" value={row.label ?? 'no label yet'} strong={row.label !== null} />
            {row.delay_ms !== null && <Pair name="Label after" value={duration(row.delay_ms)} />}
            {row.latency_ms !== null && <Pair name="Answered in" value={duration(row.latency_ms)} />}
          </ul>
        </div>
        {scores.length > 0 && <Pairs title="Scores" items={scores.map(([k, v]) => [k, fixed(v, 4)])} />}
        {Object.keys(row.tags).length > 0 && <Pairs title="Tags" items={Object.entries(row.tags)} />}
        <div>
          <p className="mb-1 text-xs text-faint">Id</p>
          <p className="flex items-center gap-1 font-mono text-xs break-all">
            {row.prediction_id} <CopyButton text={row.prediction_id} label="Copy id" />
          </p>
          {row.outcome_ts && (
            <p className="mt-1 text-xs text-muted">
              label known <At at={row.outcome_ts} />
            </p>
          )}
        </div>
      </div>
    </div>
  );
}

/** What the model said, as far as it said it. */
function said({ prediction: p }: EventRow, profiles: Record<string, FeatureProfile> = {}): Item[] {
  return [
    ...(p.value === null ? [] : [{ name: 'Value', value: p.value, profile: profiles['prediction.value'] }]),
    ...(p.score === null ? [] : [{ name: 'Score', value: p.score, profile: profiles['prediction.score'] }]),
    ...(p.class === null ? [] : [{ name: 'Class', value: p.class, profile: profiles['prediction.class'] }]),
  ];
}

/** A value, and where it lies among those of the reference. */
function Placed({ name, value, profile }: Item) {
  const place = placeOf(value, profile);
  const text = cell(value, 200);
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 border-b border-line py-1.5 text-xs sm:grid-cols-[minmax(0,1fr)_minmax(0,auto)_11rem]">
      <span className="truncate text-muted" title={name}>
        {name}
      </span>
      <span className="max-w-44 truncate text-right font-medium" title={text}>
        {value === null ? <em className="text-muted">missing</em> : typeof value === 'number' ? number(value, 5) : text}
      </span>
      <span className="col-span-2 sm:col-span-1">
        {place ? <PlaceMark place={place} /> : <span className="text-faint">{profile ? '' : '–'}</span>}
      </span>
    </li>
  );
}

function Pairs({ title, items }: { title: string; items: [string, string][] }) {
  return (
    <div className="min-w-0">
      <p className="mb-1 text-xs text-faint">{title}</p>
      <ul>
        {items.map(([name, value]) => (
          <Pair key={name} name={name} value={value} />
        ))}
      </ul>
    </div>
  );
}

function Pair({ name, value, strong = true }: { name: string; value: string; strong?: boolean }) {
  return (
    <li className="flex justify-between gap-4 border-b border-line py-1.5 text-xs">
      <span className="truncate text-muted" title={name}>
        {name}
      </span>
      <span className={`truncate text-right ${strong ? 'font-medium' : 'text-faint'}`} title={value}>
        {value}
      </span>
    </li>
  );
}
