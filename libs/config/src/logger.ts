import pino, { type Logger } from 'pino';

export type { Logger } from 'pino';

/** One logger for every part: JSON lines on stderr, readable on a terminal. Keys, secrets and addresses of channels are cut out. */
export function createLogger(options: { level?: string; pretty?: boolean } = {}): Logger {
  const level = options.level ?? 'info';
  const base = {
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
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
