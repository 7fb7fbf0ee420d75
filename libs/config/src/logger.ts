import pino, { type Logger } from 'pino';

export type { Logger } from 'pino';

/** One logger for every part: JSON lines on stderr, readable on a terminal. Keys, secrets and addresses of channels are cut out. */
export function createLogger(options: { level?: string; pretty?: boolean } = {}): Logger {
  const level = options.level ?? 'info';
  const base = {
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: (error: unknown) => briefError(error) },
    redact: {
      paths: [
        'key',
        'token',
        'secret',
        'authorization',
        'routing_key',
        'url',
        '*.key',
        '*.token',
        '*.secret',
        '*.authorization',
        '*.routing_key',
        '*.config',
      ],
      censor: '[redacted]',
    },
  };
  if (options.pretty ?? process.stderr.isTTY) {
    return pino({
      ...base,
      transport: {
        target: 'pino-pretty',
        options: { destination: 2, translateTime: 'SYS:HH:MM:ss', ignore: 'pid,hostname' },
      },
    });
  }
  return pino(base, pino.destination({ dest: 2, sync: true }));
}

const MESSAGE_MAX = 600;
const CAUSES_MAX = 3;

/** Type, message and place of an error and its causes, cut short: messages of stores quote statements, which hold users' data. */
function briefError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return String(error).slice(0, MESSAGE_MAX);
  const { code, cause } = error as Error & { code?: unknown };
  const at = error.stack
    ?.split('\n')
    .filter((line) => /^\s+at .*(apps|libs)\//.test(line))
    .slice(0, 4)
    .map((line) => line.trim());
  return {
    type: error.name,
    message: error.message.slice(0, MESSAGE_MAX),
    ...(code ? { code } : {}),
    ...(at?.length ? { at } : {}),
    ...(cause && depth < CAUSES_MAX ? { cause: briefError(cause, depth + 1) } : {}),
  };
}
