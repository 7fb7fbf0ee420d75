'use client';

import { useQuery } from '@tanstack/react-query';
import { usePathname } from 'next/navigation';
import { useState } from 'react';
import { Button, buttonClass } from '@/components/Button';
import { Icon } from '@/components/icons';
import { Link } from '@/components/Link';
import { paths } from '@/lib/paths';
import { queries } from '@/lib/queries';

const DISMISSED = 'plumbline_first_account';
const dismissed = () => {
  try {
    return localStorage.getItem(DISMISSED) !== null;
  } catch {
    return false; // a browser that keeps nothing asks again
  }
};

/** Offers whoever runs this the first account, once: keys alone are fine too. */
export function FirstAccount() {
  const { data } = useQuery(queries.session());
  const pathname = usePathname();
  const [hidden, setHidden] = useState(dismissed);
  if (hidden || !data?.no_people_yet || !data.scopes.includes('admin') || pathname.startsWith('/settings')) return null;
  return (
    <section
      aria-label="Create an account"
      className="mb-5 flex flex-wrap items-center gap-x-4 gap-y-2 rounded-lg border border-accent/25 bg-accent/6 py-2 pr-2 pl-4"
    >
      <Icon name="person" className="text-accent" />
      <p className="min-w-0 flex-1 basis-64 text-pretty">
        <span className="font-medium">You are in with a key.</span>{' '}
        <span className="text-muted">
          With an account you sign in with email and password, and can invite the people you work with.
        </span>
      </p>
      <span className="flex gap-1">
        <Link href={paths.settings('account')} className={buttonClass('plain')}>
          Create an account
        </Link>
        <Button
          look="ghost"
          icon="close"
          label="Not now"
          onClick={() => {
            try {
              localStorage.setItem(DISMISSED, '1');
            } catch {}
            setHidden(true);
          }}
        />
      </span>
    </section>
  );
}
