import Link from 'next/link';

export type Tab = { href: string; label: string; current: boolean };

/** Pages of one thing, side by side; on a narrow screen they scroll. */
export function Tabs({ label, tabs }: { label: string; tabs: Tab[] }) {
  return (
    <nav aria-label={label} className="-mx-4 mb-5 overflow-x-auto border-b border-line px-4 lg:mx-0 lg:px-0">
      <ul className="flex gap-5">
        {tabs.map(({ href, label: text, current }) => (
          <li key={href}>
            <Link
              href={href}
              aria-current={current ? 'page' : undefined}
              className={`-mb-px block border-b-2 py-2 text-sm font-medium whitespace-nowrap ${current ? 'border-accent text-text' : 'border-transparent text-muted hover:text-text'}`}
            >
              {text}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
