'use client';

import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Button } from '@/components/Button';
import { CodeBlock } from '@/components/CodeBlock';
import { Icon } from '@/components/icons';
import { Segmented } from '@/components/Segmented';
import { useMayManage } from '@/lib/may';
import { access } from '@/lib/settings';
import { type Snippet, snippets } from './snippets';

/** The overview before there is anything: a key, four lines of code, and the model opens by itself. */
export function FirstEvent() {
  const may = useMayManage();
  const [id, setId] = useState<Snippet['id']>('typescript');
  const make = useMutation({ mutationFn: () => access.makeKey({ name: 'first event', scopes: ['ingest'] }) });
  const key = make.data?.key ?? null;
  const options = snippets(typeof window === 'undefined' ? '' : window.location.origin, key);
  const chosen = options.find((o) => o.id === id) ?? options[0]!;
  return (
    <div className="mx-auto max-w-3xl px-4 py-8 sm:py-10">
      <div className="mb-8 text-center">
        <h2 className="text-lg font-semibold">Send your first event</h2>
        <p className="mx-auto mt-1 max-w-lg text-pretty text-muted">
          A model appears here with its first prediction; its features and task are learned from what you send. Outcomes
          may come seconds or months later.
        </p>
      </div>
      <ol className="flex flex-col gap-6">
        <Step at={1} title="A key for the sender">
          {key ? (
            <p className="flex items-start gap-2 text-pretty text-muted">
              <Icon name="check" size={15} className="mt-0.5 text-ok" />
              <span>
                Created, and put into the code below. It may send events, nothing else, and is shown this once: copy the
                code before you leave this page.
              </span>
            </p>
          ) : may ? (
            <div className="flex flex-wrap items-center gap-3">
              <Button look="primary" icon="key" disabled={make.isPending} onClick={() => make.mutate()}>
                Create a key
              </Button>
              <span className="text-xs text-faint">It may send events, nothing else.</span>
            </div>
          ) : (
            <p className="text-pretty text-muted">
              Ask an admin of the project for a key of the scope <code className="font-mono">ingest</code>, and put it
              into the environment as <code className="font-mono">PLUMBLINE_API_KEY</code>.
            </p>
          )}
        </Step>
        <Step at={2} title="A prediction, and later its outcome">
          <div className="mb-3 flex">
            <Segmented
              label="Language"
              options={options.map((o) => ({ value: o.id, label: o.label }))}
              value={id}
              onChange={setId}
            />
          </div>
          <CodeBlock code={chosen.code} label={`${chosen.label} example`} />
        </Step>
        <Step at={3} title="The model opens by itself">
          <p className="flex items-center gap-2.5 text-muted" role="status">
            <span className="relative flex size-2" aria-hidden="true">
              <span className="absolute inline-flex size-full rounded-full bg-accent opacity-60 motion-safe:animate-ping" />
              <span className="relative inline-flex size-2 rounded-full bg-accent" />
            </span>
            Waiting for the first event…
          </p>
        </Step>
      </ol>
    </div>
  );
}

function Step({ at, title, children }: { at: number; title: string; children: ReactNode }) {
  return (
    <li className="flex gap-3 sm:gap-4">
      <span
        aria-hidden="true"
        className="flex size-6 shrink-0 items-center justify-center rounded-full border border-line-strong text-xs font-semibold text-muted"
      >
        {at}
      </span>
      <div className="min-w-0 flex-1">
        <h3 className="mb-2 leading-6 font-medium">{title}</h3>
        {children}
      </div>
    </li>
  );
}
