import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@plumbline/testkit';
import { loadCompose, ROOT, SECRETS } from './compose.js';
import { freePort, installStores, postgresFolder, postgresUser, Running } from './processes.js';

const STORES = ['clickhouse', 'postgres', 'redis'] as const;
const ROLES = ['ingest', 'worker', 'api', 'console'] as const;
type Name = (typeof STORES)[number] | (typeof ROLES)[number];

export type Topology = {
  services: Record<Name, Running>;
  url(name: Name): string;
  /** Runs the health check of docker-compose.yml until it passes. */
  healthy(name: Name, deadlineMs?: number): Promise<void>;
  redis(...command: string[]): string;
  close(): Promise<void>;
};

/**
 * The services of docker-compose.yml as processes on loopback ports: the same commands, environments and health checks,
 * with names of hosts replaced by addresses. PostgreSQL and Redis are Debian's, ClickHouse is the embedded engine behind HTTP.
 */
export async function startTopology(settings: Record<string, string> = {}): Promise<Topology> {
  installStores();
  // What runs is what is written; whether its types are right is the business of `npm run check`.
  spawnSync('npx', ['tsc', '-b'], { cwd: ROOT, stdio: 'ignore' });
  if (!existsSync(`${ROOT}apps/console/.next/BUILD_ID`))
    execFileSync('npm', ['run', 'build', '-w', '@plumbline/console'], { cwd: ROOT, stdio: 'inherit' });

  const compose = loadCompose({ ...SECRETS, ...settings });
  const folder = mkdtempSync('/tmp/plumbline-deploy-');
  chmodSync(folder, 0o755);
  const ports = Object.fromEntries(
    await Promise.all([...STORES, ...ROLES].map(async (name) => [name, await freePort()] as const)),
  ) as Record<Name, number>;
  const log = (name: Name) => join(folder, `${name}.log`);

  /** What in a container is a name and a port is a port of this machine. */
  const here = (name: Name, text: string) =>
    [...STORES, ...ROLES]
      .reduce(
        (t, n) => t.replace(new RegExp(`(?<=[/@])${n}:\\d+`), `127.0.0.1:${ports[n]}`),
        text
          .replaceAll('127.0.0.1:4000', `127.0.0.1:${ports[name]}`)
          .replaceAll('127.0.0.1:3000', `127.0.0.1:${ports[name]}`),
      )
      .replace(/^(4000|3000)$/, String(ports[name]))
      .replace(/^0\.0\.0\.0$/, '127.0.0.1');

  const role = (name: (typeof ROLES)[number]) => {
    const { command, environment } = compose.services[name]!;
    const env = Object.fromEntries(Object.entries(environment!).map(([k, v]) => [k, here(name, v)]));
    const image = { NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', UV_THREADPOOL_SIZE: '16' };
    return new Running(name, {
      command: command!.map((c) => here(name, c)),
      env: { ...image, ...env },
      log: log(name),
    });
  };

  const redisFolder = join(folder, 'redis');
  mkdirSync(redisFolder);
  const [program = '', ...redisArgs] = compose.services.redis!.command!;
  const services: Record<Name, Running> = {
    clickhouse: new Running('clickhouse', {
      command: [
        'node',
        'libs/testkit/dist/clickhouse/main.js',
        ...['--path', join(folder, 'clickhouse'), '--port', String(ports.clickhouse)],
        ...['--user', compose.services.clickhouse!.environment!.CLICKHOUSE_USER!],
        ...['--password', compose.services.clickhouse!.environment!.CLICKHOUSE_PASSWORD!],
      ],
      env: { UV_THREADPOOL_SIZE: '16' },
      log: log('clickhouse'),
    }),
    postgres: preparePostgres(folder, ports.postgres, compose.services.postgres!.environment!, log('postgres')),
    redis: new Running('redis', {
      command: [program, ...redisArgs, '--port', String(ports.redis), '--bind', '127.0.0.1', '--dir', redisFolder],
      env: {},
      log: log('redis'),
    }),
    ingest: role('ingest'),
    worker: role('worker'),
    api: role('api'),
    console: role('console'),
  };

  const redis = (...command: string[]) =>
    execFileSync('redis-cli', ['-p', String(ports.redis), ...command], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, REDISCLI_AUTH: SECRETS.REDIS_PASSWORD },
    }).trim();
  const checks: Record<(typeof STORES)[number], () => Promise<boolean> | boolean> = {
    clickhouse: () => fetch(`http://127.0.0.1:${ports.clickhouse}/ping`).then((r) => r.ok),
    postgres: () => {
      execFileSync(`${postgresFolder()}/pg_isready`, ['-h', '127.0.0.1', '-p', String(ports.postgres)], {
        stdio: 'ignore',
      });
      return true;
    },
    redis: () => redis('ping') === 'PONG',
  };
  const checkOf = (name: Name) => {
    if (name in checks) return checks[name as keyof typeof checks]();
    const [, command, ...args] = compose.services[name]!.healthcheck!.test;
    execFileSync(
      command!,
      args.map((a) => here(name, a)),
      { stdio: 'ignore' },
    );
    return true;
  };

  return {
    services,
    url: (name) => `http://127.0.0.1:${ports[name]}`,
    healthy: async (name, deadlineMs = 30_000) => {
      await eventually(() => {
        services[name].assertUp();
        return checkOf(name);
      }, deadlineMs);
    },
    redis,
    async close() {
      for (const name of [...ROLES, ...STORES]) await services[name].down('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A database as the image of docker-compose.yml makes it: its user, its password, a database of the same name. */
function preparePostgres(folder: string, port: number, env: Record<string, string>, log: string): Running {
  const [programs, user] = [postgresFolder(), postgresUser()];
  const data = join(folder, 'postgres');
  const password = join(folder, 'postgres.password');
  mkdirSync(data);
  writeFileSync(password, env.POSTGRES_PASSWORD!);
  if (user) for (const path of [data, password]) chownSync(path, user.uid, user.gid);
  const name = env.POSTGRES_USER!;
  const run = (program: string, args: string[], input?: string) =>
    execFileSync(`${programs}/${program}`, args, { ...user, cwd: '/', input, stdio: ['pipe', 'ignore', 'inherit'] });
  run('initdb', ['-D', data, '-U', name, `--pwfile=${password}`, '--auth=scram-sha-256', '--no-sync', '-E', 'UTF8']);
  run('postgres', ['--single', '-D', data, 'postgres'], `CREATE DATABASE ${name};\n`);
  return new Running('postgres', {
    command: [`${programs}/postgres`, '-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', '', '-c', 'fsync=off'],
    env: {},
    log,
    user,
  });
}
