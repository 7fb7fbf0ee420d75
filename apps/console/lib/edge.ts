/**
 * What a page may load. Scripts only by nonce; inline style *attributes* are allowed because ECharts positions its
 * tooltips with them, style *elements* are not.
 */
export function contentSecurityPolicy(nonce: string, development: boolean): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ''}`,
    `style-src 'self' ${development ? "'unsafe-inline'" : `'nonce-${nonce}'`}`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "font-src 'self'",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** Where a console on its own forwards `/api/v1/x?y`: the API's `/v1/x?y`. Null when this process has no such API. */
export function apiTarget(pathname: string, search: string, base: string | undefined): string | null {
  if (!base || !/^\/api(\/|$)/.test(pathname)) return null;
  return `${base.replace(/\/+$/, '')}${pathname.slice('/api'.length) || '/'}${search}`;
}
