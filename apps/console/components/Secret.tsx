'use client';

import { CopyButton } from './CodeBlock';

/** Something that is shown this once: whole, to be copied. */
export function Secret({ label, value, children }: { label: string; value: string; children?: string }) {
  return (
    <div className="flex flex-col gap-1.5">
      <span className="text-xs text-muted">{label}</span>
      <div className="flex items-start gap-2 rounded-md border border-line-strong bg-sunken py-1 pr-1 pl-3">
        <code className="min-w-0 flex-1 py-1.5 font-mono text-xs break-all select-all">{value}</code>
        <CopyButton text={value}>Copy</CopyButton>
      </div>
      {children && <p className="text-xs text-pretty text-faint">{children}</p>}
    </div>
  );
}
