'use client';

import { useNow } from '@/components/Time';
import { filterText } from '@/filters/filter';
import { date, plural } from '@/lib/format';
import type { Slice } from './slice';
import type { useCount } from './useCount';

/** Which rows it is about, in one sentence. */
export function SliceFacts({ slice, count }: { slice: Slice; count: ReturnType<typeof useCount> }) {
  const now = useNow();
  const { model, range, filters = [], version } = slice;
  return (
    <div className="text-muted">
      <p>
        <span className="font-medium text-text">{model}</span> · {date(range.from, now)} – {date(range.to, now)}
        {version !== undefined && ` · version ${version || '(none)'}`}
      </p>
      {filters.length > 0 && <p className="wrap-anywhere">{filters.map(filterText).join(' and ')}</p>}
      <p className="mt-1" aria-live="polite">
        {count === undefined ? (
          'Counting…'
        ) : (
          <>
            <span className="font-medium text-text">{plural(count.rows, 'row')}</span>
            {count.rows > 0 && `, ${plural(count.labelled, 'label')}`}
          </>
        )}
      </p>
    </div>
  );
}
