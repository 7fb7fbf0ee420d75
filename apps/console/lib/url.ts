'use client';

import { useSearchParams } from 'next/navigation';
import { useCallback } from 'react';

/**
 * The URL is the state of a view. Written through the History API, which Next follows without asking the server:
 * a changed range is on screen at once, and Back undoes it.
 */
export function useUrl() {
  const params = useSearchParams();
  const set = useCallback((patch: Record<string, string | null>, replace = false) => {
    const url = new URL(location.href);
    for (const [key, value] of Object.entries(patch)) {
      if (value === null || value === '') url.searchParams.delete(key);
      else url.searchParams.set(key, value);
    }
    // Times stay readable in a pasted link.
    const query = url.searchParams.toString().replaceAll('%3A', ':').replaceAll('%2C', ',');
    const href = `${url.pathname}${query ? `?${query}` : ''}`;
    if (href === location.pathname + location.search) return;
    if (replace) history.replaceState(null, '', href);
    else history.pushState(null, '', href);
  }, []);
  return { params, set };
}
