'use client';

import { useSyncExternalStore } from 'react';

const listen = (changed: () => void) => {
  window.addEventListener('hashchange', changed);
  return () => window.removeEventListener('hashchange', changed);
};

/** What stands behind the # of the address, where no server sees it; undefined until the page is in the browser. */
export const useFragment = (): string | undefined =>
  useSyncExternalStore(
    listen,
    () => decodeURIComponent(location.hash.slice(1)),
    () => undefined,
  );
