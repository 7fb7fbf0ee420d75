import { parseRange, rangeParams, resolve } from '../../../../lib/range';

/** Whether the range of an address is one that moves along, such as the last seven days. */
export function isMoving(search: string): boolean {
  const range = parseRange(paramsOf(search));
  return range !== null && 'preset' in range && range.preset !== 'all';
}

/** The same address with the times that its range means now. */
export function fixedPath(path: string, now: number): string {
  const [at, search = ''] = path.split('?');
  const range = parseRange(paramsOf(search));
  if (range === null || !('preset' in range) || range.preset === 'all') return path;
  const params = new URLSearchParams(search);
  for (const [key, value] of Object.entries(rangeParams(resolve(range, now, null)))) {
    if (value === null) params.delete(key);
    else params.set(key, value);
  }
  return `${at}?${params.toString().replaceAll('%3A', ':').replaceAll('%2C', ',')}`;
}

/** What a list shows of an address: the page, and over which time. */
export function shownPath(path: string): string {
  const [at = '', search = ''] = path.split('?');
  const range = parseRange(paramsOf(search));
  const span = range === null ? '' : 'preset' in range ? `, ${range.preset}` : ', fixed range';
  return `${decode(at).replace(/^\/models\//, '')}${span}`;
}

const paramsOf = (search: string) => {
  const params = new URLSearchParams(search);
  return (key: string) => params.get(key);
};
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
