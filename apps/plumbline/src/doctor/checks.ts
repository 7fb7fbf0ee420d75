/** `fail` keeps Plumbline from working, `warn` will some day. */
export type Finding = { state: 'ok' | 'warn' | 'fail'; name: string; text: string; advice?: string };

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;
const size = (bytes: number): string =>
  bytes >= GIB ? `${(bytes / GIB).toFixed(1)} GiB` : `${Math.round(bytes / MIB)} MiB`;

/** The oldest Node that has everything used here. */
export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    return { state: 'fail', name: 'Node', text: version, advice: 'install Node 20.19 or newer' };
  return { state: 'ok', name: 'Node', text: version };
}

/** A day of 100,000 predictions takes about 20 MiB; the embedded stores alone 200 MiB. */
export function checkDisk(freeBytes: number, path: string): Finding {
  const found = { name: 'disk', text: `${size(freeBytes)} free for ${path}` };
  if (freeBytes < GIB)
    return { state: 'fail', ...found, advice: 'free some, or choose another folder with --data-dir' };
  if (freeBytes < 5 * GIB) return { state: 'warn', ...found, advice: 'soon too little; free some or move the folder' };
  return { state: 'ok', ...found };
}

/** Everything in one process takes about 700 MiB, questions over many rows more. */
export function checkMemory(availableBytes: number, totalBytes: number): Finding {
  const found = { name: 'memory', text: `${size(availableBytes)} of ${size(totalBytes)} available` };
  if (totalBytes < GIB) return { state: 'fail', ...found, advice: 'give the machine or container 2 GiB or more' };
  if (totalBytes < 2 * GIB || availableBytes < GIB)
    return { state: 'warn', ...found, advice: 'large questions may fail; 2 GiB and more are comfortable' };
  return { state: 'ok', ...found };
}

/** What the key may do, from the answers to three harmless requests. */
export function checkKey(statuses: { ingest: number; read: number; admin: number }): Finding {
  const { ingest, read, admin } = statuses;
  if (ingest === 401)
    return {
      state: 'fail',
      name: 'key',
      text: 'the server does not accept it',
      advice: 'make one with plumbline keys create, or set PLUMBLINE_API_KEY to another',
    };
  const may = [
    ...(ingest === 200 ? ['send events'] : []),
    ...(read === 200 ? ['ask questions'] : []),
    ...(admin === 200 ? ['make keys'] : []),
  ];
  if (may.length === 0)
    return {
      state: 'fail',
      name: 'key',
      text: `nothing works with it (${ingest}, ${read}, ${admin})`,
      advice: "look into the server's log",
    };
  return { state: 'ok', name: 'key', text: `it may ${may.join(', ')}` };
}

const SIGN = { ok: 'ok  ', warn: 'warn', fail: 'FAIL' } as const;
export const line = ({ state, name, text, advice }: Finding): string =>
  `${SIGN[state]}  ${name}: ${text}${advice ? ` → ${advice}` : ''}`;
