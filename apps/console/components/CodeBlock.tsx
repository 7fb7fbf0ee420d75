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
    <div className="relative min-w-0">
      {/* A region: code wider than the screen scrolls by keyboard too. */}
      <section
        // biome-ignore lint/a11y/noNoninteractiveTabindex: focus is what makes it scroll by keyboard.
        tabIndex={0}
        aria-label={label}
        className="overflow-x-auto rounded-md border border-line bg-sunken p-4 pr-12 text-left"
      >
        <pre className="font-mono text-xs leading-5">
          <code>{code}</code>
        </pre>
      </section>
      <div className="absolute top-1.5 right-1.5">
        <CopyButton text={code} label="Copy code" />
      </div>
    </div>
  );
}
