import type { ExportSummary } from '@plumbline/contracts';
import { Badge, type Tone } from '@/components/Badge';
import { Button, buttonClass } from '@/components/Button';
import { Icon, type IconName } from '@/components/icons';
import { Link } from '@/components/Link';
import { Progress } from '@/components/Progress';
import type { Column } from '@/components/Table';
import { Ago, useNow } from '@/components/Time';
import { filterText } from '@/filters/filter';
import { bytes, DASH, date, group } from '@/lib/format';
import { paths } from '@/lib/paths';

const STATE: Record<ExportSummary['state'], { tone: Tone; icon: IconName; word: string }> = {
  queued: { tone: 'neutral', icon: 'clock', word: 'waiting' },
  running: { tone: 'accent', icon: 'refresh', word: 'being written' },
  done: { tone: 'ok', icon: 'check', word: 'ready' },
  failed: { tone: 'critical', icon: 'incident', word: 'failed' },
  expired: { tone: 'neutral', icon: 'slash', word: 'expired' },
};
const FORMAT = { parquet: 'Parquet', csv: 'CSV', ndjson: 'NDJSON' } as const;
const ORDER = { ts: '', error: 'worst', random: 'random', boundary: 'closest to the decision' } as const;

export function exportColumns({
  onDelete,
}: {
  onDelete: ((e: ExportSummary) => void) | null;
}): Column<ExportSummary>[] {
  return [
    { key: 'what', header: 'Rows of', narrow: 'wide', className: 'min-w-56', cell: (e) => <What export_={e} /> },
    { key: 'state', header: 'State', className: 'w-44', cell: (e) => <State export_={e} /> },
    { key: 'format', header: 'Format', cell: (e) => FORMAT[e.format] },
    { key: 'rows', header: 'Rows', align: 'right', cell: (e) => (e.state === 'failed' ? DASH : group(e.rows)) },
    {
      key: 'bytes',
      header: 'Size',
      align: 'right',
      className: 'whitespace-nowrap',
      cell: (e) => (e.state === 'failed' ? DASH : bytes(e.bytes)),
    },
    {
      key: 'by',
      header: 'Asked for',
      className: 'whitespace-nowrap text-muted',
      cell: (e) => (
        <>
          <Ago at={e.created_at} />
          <span className="block max-w-44 truncate text-xs text-faint" title={e.created_by}>
            by {e.created_by}
          </span>
        </>
      ),
    },
    {
      key: 'until',
      header: 'Expires',
      className: 'whitespace-nowrap text-muted',
      cell: (e) => (e.state === 'done' && e.expires_at ? <Ago at={e.expires_at} /> : DASH),
    },
    {
      key: 'do',
      header: '',
      align: 'right',
      narrow: 'wide',
      cell: (e) => (
        <span className="flex justify-end gap-1">
          {e.download && (
            <a href={`/api${e.download}`} download className={buttonClass('plain')}>
              <Icon name="download" size={15} /> Download
            </a>
          )}
          {onDelete && (
            <Button look="ghost" icon="trash" label={`Delete this export of ${e.model}`} onClick={() => onDelete(e)} />
          )}
        </span>
      ),
    },
  ];
}

function What({ export_: e }: { export_: ExportSummary }) {
  const now = useNow();
  const parts = [
    `${date(e.from, now)} – ${date(e.to, now)}`,
    ...(e.version === null ? [] : [`version ${e.version || '(none)'}`]),
    ...e.filters.map(filterText),
    ...(e.order === 'ts' ? [] : [e.limit === null ? `${ORDER[e.order]} first` : `${group(e.limit)} ${ORDER[e.order]}`]),
  ];
  const link = paths.rows(e.model, {
    from: e.from,
    to: e.to,
    filters: e.filters,
    version: e.version ?? undefined,
    known_at: e.known_at,
    order: e.order,
  });
  return (
    <div className="min-w-0">
      <Link href={link} className="font-medium hover:underline">
        {e.model}
      </Link>
      <p className="text-xs text-pretty text-faint wrap-anywhere">{parts.join(' · ')}</p>
    </div>
  );
}

function State({ export_: e }: { export_: ExportSummary }) {
  const { tone, icon, word } = STATE[e.state];
  return (
    <div className="min-w-0">
      <Badge tone={tone} icon={icon}>
        {word}
      </Badge>
      {e.state === 'running' && (
        <div className="mt-1.5">
          <Progress label={`Export of ${e.model}`} value={e.progress} />
        </div>
      )}
      {e.state === 'failed' && e.error && <p className="mt-1 text-xs text-pretty text-muted">{e.error}</p>}
    </div>
  );
}
