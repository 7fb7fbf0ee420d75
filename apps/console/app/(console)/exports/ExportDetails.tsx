'use client';

import { useQuery } from '@tanstack/react-query';
import { CopyButton } from '@/components/CodeBlock';
import { Loaded, SkeletonRows } from '@/components/States';
import { At } from '@/components/Time';
import { bytes, group, number, plural } from '@/lib/format';
import { queries } from '@/lib/queries';

const COLUMNS_SHOWN = 60;

/** The manifest: what is in the file, and how to be sure that it is this one. */
export function ExportDetails({ id }: { id: string }) {
  const query = useQuery(queries.export(id));
  return (
    <Loaded query={query} compact skeleton={<SkeletonRows rows={2} />}>
      {({ manifest: m, known_at }) =>
        m === null ? (
          <p className="px-4 py-3 text-muted sm:px-12">
            It holds what was known on <At at={known_at} />. Its manifest is there when the file is.
          </p>
        ) : (
          <div className="grid gap-x-10 gap-y-4 px-4 py-3 sm:px-12 lg:grid-cols-[1fr_1.6fr]">
            <dl className="grid content-start gap-x-4 gap-y-1.5 text-xs sm:grid-cols-[auto_1fr]">
              <Fact name="As known on">
                <At at={m.known_at} />
              </Fact>
              {m.as_of && (
                <Fact name="As of">
                  <At at={m.as_of} />
                </Fact>
              )}
              <Fact name="Rows">
                {group(m.rows)}, {group(m.labelled)} with a label
              </Fact>
              {m.definition?.threshold != null && (
                <Fact name="Decided at">
                  score ≥ {number(m.definition.threshold)}: {m.definition.positive.join(', ')}
                </Fact>
              )}
              {m.settled === false && (
                <Fact name="Not settled">
                  Some of what had arrived was not joined yet. Written again it may hold more.
                </Fact>
              )}
              <Fact name="Size">{bytes(m.bytes)}</Fact>
              <Fact name="SHA-256">
                <span className="flex items-center gap-1">
                  <span className="truncate font-mono" title={m.sha256}>
                    {m.sha256.slice(0, 16)}…
                  </span>
                  <CopyButton text={m.sha256} label="Copy the hash" />
                </span>
              </Fact>
              <Fact name="Written">
                <At at={m.finished_at} />
              </Fact>
            </dl>
            <div className="min-w-0">
              <p className="mb-1.5 text-xs text-faint">{plural(m.schema.length, 'column')}</p>
              <ul className="flex flex-wrap gap-1">
                {m.schema.slice(0, COLUMNS_SHOWN).map((c) => (
                  <li
                    key={c.column}
                    className="max-w-full truncate rounded border border-line bg-surface px-1.5 font-mono text-xs"
                    title={c.type}
                  >
                    {c.column}
                  </li>
                ))}
                {m.schema.length > COLUMNS_SHOWN && (
                  <li className="px-1 text-xs text-faint">and {m.schema.length - COLUMNS_SHOWN} more</li>
                )}
              </ul>
            </div>
          </div>
        )
      }
    </Loaded>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <>
      <dt className="text-faint">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </>
  );
}
