import { api } from '@/lib/api';

/** Ends the session; the page goes either way. */
export async function signOut(): Promise<void> {
  await api.logout().catch(() => {});
  location.assign('/login');
}
