import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { load, YAML11_SCHEMA } from 'js-yaml';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const read = (path: string): string => readFileSync(ROOT + path, 'utf8');

export type Service = {
  image: string;
  build?: string;
  command?: string[];
  environment?: Record<string, string>;
  ports?: string[];
  volumes?: string[];
  restart?: string;
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[]; interval: string; timeout: string; retries: number; start_period: string };
};
export type Compose = { name: string; services: Record<string, Service>; volumes: Record<string, unknown> };

const VARIABLE = /(?<!\$)\$\{(\w+)(?:(:\?|:-)([^}]*))?\}/g;

/** What compose would ask the environment for: names, and whether it refuses to start without them. */
export const asked = (text: string): { name: string; required: boolean }[] =>
  [...text.matchAll(VARIABLE)].map(([, name = '', how]) => ({ name, required: how === ':?' }));

/** docker-compose.yml as compose reads it: variables are filled into its texts; `:?` refuses, `:-` has a default, `$$` is a dollar. */
export function loadCompose(env: Record<string, string>): Compose {
  const fill = (text: string) =>
    text
      .replaceAll(VARIABLE, (_, name: string, how?: string, rest = '') => {
        const value = env[name] || (how === ':-' ? rest : undefined);
        if (value === undefined) throw new Error(`${name} ${rest}`);
        return value;
      })
      .replaceAll('$$', '$');
  const filled = (node: unknown): unknown => {
    if (typeof node === 'string') return fill(node);
    if (Array.isArray(node)) return node.map(filled);
    if (node === null || typeof node !== 'object') return node;
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, filled(value)]));
  };
  return filled(load(read('docker-compose.yml'), { schema: YAML11_SCHEMA })) as Compose;
}

export const SECRETS = {
  PLUMBLINE_SECRET_KEY: 'a'.repeat(64),
  PLUMBLINE_ADMIN_KEY: 'admin-key-of-the-deployment-test',
  CLICKHOUSE_PASSWORD: 'clickhouse-password',
  POSTGRES_PASSWORD: 'postgres-password',
  REDIS_PASSWORD: 'redis-password',
};
