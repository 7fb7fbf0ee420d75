'use client';

import { useEffect, useRef } from 'react';
import { Link } from '@/components/Link';

export type Tab = { href: string; label: string; current: boolean };

/** Pages of one thing, side by side; on a narrow screen they scroll. */
export function Tabs({ label, tabs }: { label: string; tabs: Tab[] }) {
  const nav = useRef<HTMLElement>(null);
  const current = tabs.find((t) => t.current)?.href;
  useEffect(() => {
    if (current) nav.current?.querySelector('[aria-current]')?.scrollIntoView({ inline: 'center', block: 'nearest' });
  }, [current]);
  return (
    <nav ref={nav} aria-label={label} className="-mx-4 mb-5 overflow-x-auto border-b border-line px-4 lg:mx-0 lg:px-0">
      <ul className="flex gap-5">
        {tabs.map(({ href, label: text, current: here }) => (
          <li key={href}>
            <Link
              href={href}
              aria-current={here ? 'page' : undefined}
              className={`-mb-px block border-b-2 py-2 text-sm font-medium whitespace-nowrap ${here ? 'border-accent text-text' : 'border-transparent text-muted hover:text-text'}`}
            >
              {text}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
