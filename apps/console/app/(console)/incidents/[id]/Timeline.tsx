'use client';

import type { TimelineEntry } from '@plumbline/contracts';
import { useState } from 'react';
import { Button } from '@/components/Button';
import { Card } from '@/components/Card';
import { Icon, type IconName } from '@/components/icons';
import { At } from '@/components/Time';

/** Kinds are free text on the wire; what is not known gets a plain dot. */
const LOOK: [RegExp, IconName, string][] = [
  [/open|fire|firing/, 'incident', 'text-critical'],
  [/escalat|worse/, 'up', 'text-critical'],
  [/ack/, 'check', 'text-note'],
  [/resolv|clear|recover/, 'check', 'text-ok'],
  [/note|comment/, 'note', 'text-accent'],
  [/mute/, 'mute', 'text-muted'],
  [/deliver|sent|notif/, 'send', 'text-muted'],
  [/join|attach|monitor/, 'plus', 'text-warning'],
];

export function Timeline({
  entries,
  onNote,
  busy,
  mayWrite,
}: {
  entries: TimelineEntry[];
  onNote: (text: string) => void;
  busy: boolean;
  mayWrite: boolean;
}) {
  const [text, setText] = useState('');
  const newest = [...entries].sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
  return (
    <Card title="Timeline">
      {mayWrite && (
        <form
          className="mb-4 flex flex-col gap-2"
          onSubmit={(e) => {
            e.preventDefault();
            if (!text.trim()) return;
            onNote(text.trim());
            setText('');
          }}
        >
          <textarea
            aria-label="Note"
            rows={2}
            maxLength={5000}
            value={text}
            onChange={(e) => setText(e.target.value)}
            onKeyDown={(e) => e.key === 'Enter' && (e.metaKey || e.ctrlKey) && e.currentTarget.form?.requestSubmit()}
            placeholder="Add a note: what you saw, what you tried"
            className="w-full resize-y rounded-md border border-line-strong bg-bg px-3 py-2"
          />
          <Button type="submit" className="self-end" disabled={busy || !text.trim()}>
            Add note
          </Button>
        </form>
      )}
      {newest.length === 0 ? (
        <p className="text-muted">Nothing happened yet.</p>
      ) : (
        <ol className="flex flex-col">
          {newest.map((e, i) => {
            const [, icon, tone] = LOOK.find(([kind]) => kind.test(e.kind)) ?? [null, 'circle' as const, 'text-faint'];
            return (
              <li key={`${e.at}-${e.kind}-${e.text}`} className="relative flex gap-3 pb-4 last:pb-0">
                {i < newest.length - 1 && (
                  <span aria-hidden="true" className="absolute top-6 bottom-0 left-[11px] w-px bg-line" />
                )}
                <span
                  className={`flex size-6 shrink-0 items-center justify-center rounded-full border border-line bg-sunken ${tone}`}
                >
                  <Icon name={icon} size={12} />
                </span>
                <div className="min-w-0 pt-0.5">
                  <p className="break-words whitespace-pre-wrap">{e.text}</p>
                  <p className="mt-0.5 text-xs text-faint">
                    <At at={e.at} />
                    {e.actor && ` · ${e.actor}`}
                  </p>
                </div>
              </li>
            );
          })}
        </ol>
      )}
    </Card>
  );
}
