'use client';

import { useState } from 'react';
import { CodeBlock } from '@/components/CodeBlock';
import { Icon } from '@/components/icons';
import { Segmented } from '@/components/Segmented';
import { snippets } from './snippets';

/** The overview before there is anything: how to send the first event. It opens by itself when one arrives. */
export function FirstEvent() {
  const options = snippets(typeof window === 'undefined' ? '' : window.location.origin);
  const [id, setId] = useState(options[0]!.id);
  const chosen = options.find((o) => o.id === id) ?? options[0]!;
  return (
    <div className="mx-auto max-w-3xl px-4 py-10">
      <div className="mb-6 text-center">
        <h2 className="text-lg font-semibold">Send your first event</h2>
        <p className="mx-auto mt-1 max-w-lg text-pretty text-muted">
          A model appears here with its first prediction; its features and task are learned from what you send. Outcomes
          may come seconds or months later.
        </p>
      </div>
      <div className="mb-3 flex justify-center">
        <Segmented
          label="Language"
          options={options.map((o) => ({ value: o.id, label: o.label }))}
          value={id}
          onChange={setId}
        />
      </div>
      <CodeBlock code={chosen.code} label={`${chosen.label} example`} />
      <p className="mt-4 flex items-center justify-center gap-2 text-xs text-faint">
        <Icon name="clock" size={13} /> Waiting for events. This page updates by itself.
      </p>
    </div>
  );
}
