type Headers = Record<string, string | string[] | undefined>;

/**
 * Whether a browser says that a request comes from a page of this very server; what is not a browser says nothing and
 * carries no cookie of anyone. `Sec-Fetch-Site` cannot be set by a page; where it is missing (plain HTTP), `Origin` is
 * compared with the host that was asked.
 */
export function fromOwnPages(headers: Headers): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const { origin, host, 'x-forwarded-host': forwarded } = headers;
  if (origin === undefined) return true;
  if (typeof origin !== 'string' || !URL.canParse(origin)) return false;
  return [host, forwarded].includes(new URL(origin).host);
}

/** Methods that change nothing, and so may come from anywhere. */
export const isSafe = (method: string): boolean => method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
