'use client';

import { useQuery } from '@tanstack/react-query';
import { queries } from './queries';

export const READ_ONLY = 'This session may only read. Sign in with a key that may write.';

/** Until it is known, yes: the server refuses anyway, and a flash of disabled buttons helps nobody. */
export function useMayWrite(): boolean {
  const { data } = useQuery(queries.session());
  return data === undefined || data.scopes.some((s) => s === 'write' || s === 'admin');
}
