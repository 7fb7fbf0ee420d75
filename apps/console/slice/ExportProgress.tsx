'use client';

import { useQuery } from '@tanstack/react-query';
import { Button, buttonClass } from '@/components/Button';
import { Icon } from '@/components/icons';
import { Link } from '@/components/Link';
import { Progress } from '@/components/Progress';
import { Loaded, SkeletonRows } from '@/components/States';
import { At } from '@/components/Time';
import { bytes, plural } from '@/lib/format';
import { paths } from '@/lib/paths';
import { queries } from '@/lib/queries';

/** How far the file is; then where it is. It goes on being written when this is closed. */
export function ExportProgress({ id, onClose }: { id: string; onClose: () => void }) {
  const query = useQuery(queries.export(id));
  return (
    <Loaded query={query} compact skeleton={<SkeletonRows rows={2} />}>
      {(e) => (
        <div className="flex flex-col gap-4 p-4" aria-live="polite">
          {e.state === 'failed' ? (
            <p role="alert" className="flex items-start gap-2 text-critical">
              <Icon name="incident" size={15} className="mt-0.5" />
              <span>{e.error ?? 'It failed.'}</span>
            </p>
          ) : e.state === 'done' ? (
            <div>
              <p className="flex items-center gap-2 font-medium">
                <Icon name="check" size={15} className="text-ok" /> {plural(e.rows, 'row')}, {bytes(e.bytes)}
              </p>
              <p className="mt-1 text-xs text-muted">
                As it was known when you asked: labels that come later do not change it.
                {e.expires_at && (
                  <>
                    {' '}
                    The file is kept until <At at={e.expires_at} />.
                  </>
                )}
              </p>
            </div>
          ) : (
            <div>
              <Progress label="Writing the file" value={e.progress} />
              <p className="mt-2 text-sm text-muted">
                {e.state === 'queued' ? 'Waiting for its turn' : `${plural(e.rows, 'row')}, ${bytes(e.bytes)} so far`}
              </p>
              <p className="mt-1 text-xs text-faint">
                You may close this: it goes on, and the file will be under{' '}
                <Link href={paths.exports()} className="font-medium text-accent hover:underline">
                  Exports
                </Link>
                .
              </p>
            </div>
          )}
          <div className="flex flex-wrap items-center justify-end gap-2">
            <Link href={paths.exports()} className={buttonClass('ghost')}>
              All exports
            </Link>
            {e.state === 'done' && e.download ? (
              <a href={`/api${e.download}`} download className={buttonClass('primary')}>
                <Icon name="download" size={15} /> Download
              </a>
            ) : (
              <Button onClick={onClose}>Close</Button>
            )}
          </div>
        </div>
      )}
    </Loaded>
  );
}
