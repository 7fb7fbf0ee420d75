/** Where to go after signing in: only inside this console, never to what a stranger put into a link. */
export function nextPath(raw: string | null): string {
  if (!raw?.startsWith('/') || raw.startsWith('//') || raw.includes('\\')) return '/';
  try {
    const url = new URL(raw, 'http://console.invalid');
    return url.host === 'console.invalid' && !url.pathname.startsWith('/login')
      ? url.pathname + url.search + url.hash
      : '/';
  } catch {
    return '/';
  }
}
