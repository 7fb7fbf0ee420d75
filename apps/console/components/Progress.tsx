import { percent } from '@/lib/format';

/** How much of something is done, as a bar and in words. `value` in [0, 1]. */
export function Progress({ label, value, quiet = false }: { label: string; value: number; quiet?: boolean }) {
  const shown = Math.min(1, Math.max(0, value));
  return (
    <div className="flex min-w-0 items-center gap-2">
      <div
        role="progressbar"
        aria-label={label}
        aria-valuenow={Math.floor(shown * 100)}
        aria-valuemin={0}
        aria-valuemax={100}
        className="h-1.5 min-w-10 flex-1 overflow-hidden rounded-full bg-sunken ring-1 ring-line ring-inset"
      >
        <div className="h-full rounded-full bg-accent-fill transition-[width]" style={{ width: `${shown * 100}%` }} />
      </div>
      {!quiet && (
        <span className="w-9 shrink-0 text-right text-xs text-muted">{percent(Math.floor(shown * 100) / 100, 0)}</span>
      )}
    </div>
  );
}
