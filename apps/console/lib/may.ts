'use client';

import type { Scope } from '@plumbline/contracts';
import { useQuery } from '@tanstack/react-query';
import { queries } from './queries';

export const READ_ONLY = 'You may only look here. Changes need the role editor, or a key that may write.';
export const ADMINS_ONLY = 'This is for admins of the project.';

/** Until it is known, yes: the server refuses anyway, and a flash of disabled buttons helps nobody. */
function useMay(...scopes: Scope[]): boolean {
  const { data } = useQuery(queries.session());
  return data === undefined || data.scopes.some((s) => scopes.includes(s));
}
export const useMayWrite = () => useMay('write', 'admin');
export const useMayManage = () => useMay('admin');
