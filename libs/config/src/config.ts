import { isAbsolute, resolve } from 'node:path';
import { z } from 'zod';

const flag = z.enum(['true', 'false', '1', '0', 'on', 'off']).transform((v) => v === 'true' || v === '1' || v === 'on');
const integer = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
const url = (protocols: RegExp, example: string) =>
  z.url({ protocol: protocols, error: `must be a URL such as ${example}` });
const cidr = /^[0-9a-fA-F.:]+(\/\d{1,3})?$/;

/**
 * Every variable that Plumbline reads, its meaning and its default. `docs/configuration.md` is made from this list.
 * Nothing else in the code reads `process.env`.
 */
export const VARIABLES = {
  PLUMBLINE_DATA_DIR: z
    .string()
    .min(1)
    .default('.plumbline')
    .describe('Folder of the embedded stores. One process at a time may use it.'),
  PLUMBLINE_HOST: z.string().min(1).default('127.0.0.1').describe('Address to listen on.'),
  PLUMBLINE_PORT: integer(0, 65_535).default(4000).describe('Port to listen on; 0 takes a free one.'),
  PLUMBLINE_ADMIN_KEY: z
    .string()
    .min(16, 'needs 16 characters or more')
    .max(500)
    .optional()
    .describe('The first admin key. Without it one is made at first start and printed once.'),
  PLUMBLINE_PUBLIC_URL: url(/^https?$/, 'https://plumbline.example.org')
    .optional()
    .describe('Where people open the console; links in alerts start with it.'),
  PLUMBLINE_API_URL: url(/^https?$/, 'http://api:4000')
    .optional()
    .describe('Where a console that runs on its own finds the API.'),
  PLUMBLINE_LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('Least severe log line that is written.'),
  PLUMBLINE_SECRET_KEY: z
    .string()
    .min(32, 'needs 32 characters or more')
    .max(500)
    .optional()
    .describe('Encrypts channel secrets and signs sessions. Without it one is made and kept in the data folder.'),
  PLUMBLINE_ALLOW_PRIVATE_TARGETS: z
    .string()
    .default('')
    .transform((raw) =>
      raw
        .split(',')
        .map((s) => s.trim())
        .filter(Boolean),
    )
    .pipe(z.array(z.string().regex(cidr, 'needs CIDRs separated by commas, such as 10.0.0.0/8,127.0.0.1/32')))
    .describe('Private or loopback networks (CIDRs, comma separated) that channels may be sent to. Default: none.'),
  CLICKHOUSE_URL: url(/^https?$/, 'http://clickhouse:8123')
    .optional()
    .describe('ClickHouse server. Without it the embedded engine is used.'),
  CLICKHOUSE_USER: z.string().default('default').describe('User of the ClickHouse server.'),
  CLICKHOUSE_PASSWORD: z.string().default('').describe('Password of the ClickHouse server.'),
  CLICKHOUSE_DATABASE: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]{0,62}$/, 'is a plain identifier')
    .default('plumbline')
    .describe('Database for events and results.'),
  CLICKHOUSE_CLUSTER: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,62}$/)
    .optional()
    .describe('Cluster name: tables become replicated and are created on every node.'),
  DATABASE_URL: url(/^postgres(ql)?$/, 'postgres://user:password@postgres:5432/plumbline')
    .optional()
    .describe('PostgreSQL. Without it the embedded one is used.'),
  REDIS_URL: url(/^rediss?$/, 'redis://redis:6379')
    .optional()
    .describe('Redis for jobs. Without it jobs live in PostgreSQL.'),
  PLUMBLINE_BODY_BYTES_MAX: integer(1024, 1 << 30)
    .default(16 * 1024 * 1024)
    .describe('Largest request body, inflated, in bytes.'),
  PLUMBLINE_REFERENCE_BYTES_MAX: integer(1024, 1 << 40)
    .default(2 * 1024 ** 3)
    .describe('Largest reference upload, inflated, in bytes.'),
  PLUMBLINE_BODIES_BYTES_MAX: integer(1 << 20, 1 << 34)
    .default(256 * 1024 * 1024)
    .describe('Bytes of bodies being read at the same time before all but the oldest are answered with 429.'),
  PLUMBLINE_FLUSH_MS: integer(0, 10_000)
    .default(20)
    .describe(
      'How long an event waits for others before it is written, in ms. Where twice the time of the last write is longer, it waits that long, up to 60 ms.',
    ),
  PLUMBLINE_FLUSH_EVENTS: integer(1, 1_000_000).default(20_000).describe('Most events in one write.'),
  PLUMBLINE_FLUSH_BYTES: integer(1024, 1 << 28)
    .default(8 * 1024 * 1024)
    .describe('Most encoded bytes in one write.'),
  PLUMBLINE_PENDING_BYTES_MAX: integer(1024, 1 << 30)
    .default(64 * 1024 * 1024)
    .describe('Encoded bytes waiting to be written before ingest answers 429.'),
  PLUMBLINE_FEATURES_MAX: integer(1, 100_000).default(2000).describe('Most features of one prediction.'),
  PLUMBLINE_TEXT_MAX: integer(16, 1_000_000)
    .default(8192)
    .describe('Longest text value of a feature or tag, and longest label, in characters.'),
  PLUMBLINE_FUTURE_MS_MAX: integer(0, 86_400_000)
    .default(3_600_000)
    .describe('How far ahead of the server clock an event may be, in ms.'),
  PLUMBLINE_DEDUP_EVENTS: integer(1000, 50_000_000)
    .default(2_000_000)
    .describe('Events remembered in memory to recognise duplicates without asking the store.'),
  PLUMBLINE_QUERY_SECONDS_MAX: integer(1, 600).default(30).describe('Longest time a question may take, in seconds.'),
  PLUMBLINE_EXPORT_BYTES_MAX: integer(1024, 2 ** 43)
    .default(20 * 1024 ** 3)
    .describe('Largest file of an export, in bytes.'),
  PLUMBLINE_EXPORTS_BYTES_MAX: integer(1024, 2 ** 46)
    .default(100 * 1024 ** 3)
    .describe('Bytes that the exports of a project may hold before new ones are refused. They lie in ClickHouse.'),
  PLUMBLINE_EXPORT_DAYS: integer(1, 365).default(7).describe('How long the file of an export is kept, in days.'),
  PLUMBLINE_EVALUATION_OFFSET_MS: integer(0, 3_600_000)
    .default(2_000)
    .describe('How long monitors wait behind the clock for events under way, in ms.'),
  PLUMBLINE_SECURE_COOKIES: flag
    .default(false)
    .describe('Mark session cookies Secure (set it when the console is served over HTTPS).'),
} as const;

const schema = z.object(VARIABLES);
export type Config = z.output<typeof schema>;

/** Thrown at start with every mistake at once, as sentences. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/** Parses the environment once and whole. `overrides` come from command-line options and win. */
export function loadConfig(
  env: Record<string, string | undefined> = process.env,
  overrides: Record<string, string | undefined> = {},
): Config {
  const known = Object.fromEntries(
    Object.keys(VARIABLES)
      .map((name) => [name, overrides[name] ?? env[name]])
      .filter(([, value]) => value !== undefined && value !== ''),
  );
  const result = schema.safeParse(known);
  if (!result.success) {
    const lines = result.error.issues.map(
      (i) => `${i.path.join('.')} ${i.message} (it is ${shown(String(i.path[0]), known)})`,
    );
    throw new ConfigError(`The configuration is not usable: ${lines.join('; ')}.`);
  }
  const unknown = Object.keys(env).filter(
    (name) => name.startsWith('PLUMBLINE_') && !(name in VARIABLES) && !KNOWN_ELSEWHERE.has(name),
  );
  if (unknown.length > 0)
    throw new ConfigError(
      `The configuration is not usable: ${unknown.join(', ')} is not a variable of Plumbline; check its spelling.`,
    );
  const dir = result.data.PLUMBLINE_DATA_DIR;
  return { ...result.data, PLUMBLINE_DATA_DIR: isAbsolute(dir) ? dir : resolve(dir) };
}

/** Read by the SDKs, the tests or the console rather than by the services. */
const KNOWN_ELSEWHERE = new Set(['PLUMBLINE_URL', 'PLUMBLINE_API_KEY', 'PLUMBLINE_TEST_BROWSER']);
const SECRET = /KEY|PASSWORD|SECRET|URL$/;
const shown = (name: string, values: Record<string, unknown>) =>
  SECRET.test(name) ? 'set but not shown' : `'${String(values[name] ?? '')}'`;
