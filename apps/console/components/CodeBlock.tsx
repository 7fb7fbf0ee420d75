'use client';

import { useState } from 'react';
import { Button } from './Button';

export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

export function CopyButton({ text, label = 'Copy', children }: { text: string; label?: string; children?: string }) {
  const [done, setDone] = useState(false);
  return (
    <Button
      look={children ? 'plain' : 'ghost'}
      icon={done ? 'check' : 'copy'}
      label={children ? undefined : done ? 'Copied' : label}
      onClick={async () => {
        setDone(await copy(text));
        setTimeout(() => setDone(false), 1500);
      }}
    >
      {children && (done ? 'Copied' : children)}
    </Button>
  );
}

export function CodeBlock({ code, label }: { code: string; label: string }) {
  return (
    <div className="min-w-0 overflow-hidden rounded-md border border-line bg-sunken">
      <div className="flex items-center justify-between border-b border-line py-0.5 pr-1 pl-4">
        <span className="text-xs text-faint">{label}</span>
        <CopyButton text={code} label="Copy code" />
      </div>
      <section
        // biome-ignore lint/a11y/noNoninteractiveTabindex: code wider than the screen scrolls by keyboard too.
        tabIndex={0}
        aria-label={label}
        className="overflow-x-auto p-4 text-left"
      >
        <pre className="font-mono text-xs leading-5">
          <code>{code}</code>
        </pre>
      </section>
    </div>
  );
}
