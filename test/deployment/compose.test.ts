import { existsSync } from 'node:fs';
import { loadConfig, VARIABLES } from '@plumbline/config';
import { describe, expect, test } from 'vitest';
import { asked, loadCompose, ROOT, read, SECRETS } from './compose.js';

const text = read('docker-compose.yml');
const compose = loadCompose(SECRETS);
const services = Object.entries(compose.services);
const ours = services.filter(([, s]) => s.build);
const stores = services.filter(([, s]) => !s.build);
const KEYS = new Set(
  'image build command environment ports volumes restart depends_on healthcheck init stop_grace_period ulimits'.split(
    ' ',
  ),
);

describe('docker-compose.yml', () => {
  test('has the four roles, one image, and the three stores', () => {
    expect(ours.map(([name]) => name)).toEqual(['ingest', 'worker', 'api', 'console']);
    expect(stores.map(([name]) => name)).toEqual(['clickhouse', 'postgres', 'redis']);
    expect(new Set(ours.map(([, s]) => s.image)).size).toBe(1);
  });

  test.each(services)('%s: known keys, restarted, checked', (_, service) => {
    expect(Object.keys(service).filter((key) => !KEYS.has(key))).toEqual([]);
    expect(service.restart).toBe('unless-stopped');
    const { test: command, interval, timeout, retries, start_period } = service.healthcheck!;
    expect(['CMD', 'CMD-SHELL']).toContain(command[0]);
    for (const duration of [interval, timeout, start_period]) expect(duration).toMatch(/^\d+s$/);
    expect(retries).toBeGreaterThan(0);
    for (const port of service.ports ?? []) expect(port).toMatch(/^(127\.0\.0\.1:)?\d+:\d+$/);
    for (const value of Object.values(service.environment ?? {})) expect(typeof value).toBe('string');
  });

  test('waits only for services that have a health check', () => {
    for (const [, service] of services)
      for (const [name, { condition }] of Object.entries(service.depends_on ?? {})) {
        expect(compose.services[name]?.healthcheck, name).toBeDefined();
        expect(condition).toBe('service_healthy');
      }
  });

  test.each(ours)('%s: its command exists, and its checks and ports are those it listens on', (name, service) => {
    const [program, script] = service.command!;
    expect(program).toBe('node');
    const built = script!.startsWith('apps/') ? `apps/${name}/src/main.ts` : script!;
    expect(existsSync(ROOT + built), built).toBe(true);
    const port = service.environment!.PLUMBLINE_PORT ?? service.command!.at(-1)!;
    expect(service.healthcheck!.test.at(-1)).toContain(`http://127.0.0.1:${port}/`);
    for (const published of service.ports ?? []) expect(published.split(':').at(-1)).toBe(port);
  });

  test.each(ours)('%s: every variable is one of ours, and they make a usable configuration', (_, service) => {
    for (const name of Object.keys(service.environment!)) expect(VARIABLES).toHaveProperty(name);
    const config = loadConfig(service.environment);
    for (const url of [config.CLICKHOUSE_URL, config.DATABASE_URL, config.REDIS_URL, config.PLUMBLINE_API_URL])
      if (url) expect(compose.services, url).toHaveProperty(new URL(url).hostname);
  });

  test('keeps what the stores write on volumes', () => {
    for (const [name, service] of stores) {
      expect(service.volumes).toHaveLength(1);
      expect(compose.volumes).toHaveProperty(service.volumes![0]!.split(':')[0]!);
      expect(service.ports, `${name} is for the services only`).toBeUndefined();
    }
  });

  test('refuses to start without its secrets, and knows no others', () => {
    const required = new Set(asked(text).flatMap((v) => (v.required ? [v.name] : [])));
    expect([...required].sort()).toEqual(Object.keys(SECRETS).sort());
    for (const name of required) expect(() => loadCompose({ ...SECRETS, [name]: '' })).toThrow(`${name} is missing`);
    for (const { name } of asked(text)) expect({ ...SECRETS, ...VARIABLES }).toHaveProperty(name);
  });
});

describe('Dockerfile', () => {
  const dockerfile = read('Dockerfile');
  test('is not root when it builds and runs, and copies no secrets', () => {
    expect(dockerfile).toMatch(/^USER node$/m);
    expect(dockerfile.indexOf('USER node')).toBeLessThan(dockerfile.indexOf('npm ci'));
    for (const kept of ['.env', '.git', '**/node_modules']) expect(read('.dockerignore').split('\n')).toContain(kept);
  });

  test('the page about it names every secret', () => {
    const page = read('docs/deployment.md');
    for (const name of Object.keys(SECRETS)) expect(page).toContain(name);
  });
});
