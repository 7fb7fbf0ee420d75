import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { REJECTIONS } from '@plumbline/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client, Json } from './client.js';
import { eventually } from './eventually.js';
import { Server } from './server.js';

/** What the pages about sending events show is run as it stands there, against a real server, and answers what they say. */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const page = (name: string) => readFile(join(ROOT, 'docs', name), 'utf8');
const exec = promisify(execFile);

let server: Server;
let client: Client;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-docs-'));
  await mkdir(join(folder, 'node_modules/@plumbline'), { recursive: true });
  await symlink(join(ROOT, 'libs/sdk'), join(folder, 'node_modules/@plumbline/sdk'));
  await symlink(join(ROOT, 'node_modules/fastify'), join(folder, 'node_modules/fastify'));
  const express = join(ROOT, 'node_modules/express');
  if (existsSync(express)) await symlink(express, join(folder, 'node_modules/express'));
  else await write('node_modules/express/index.mjs', EXPRESS);
  if (!existsSync(express)) await write('node_modules/express/package.json', '{"exports": "./index.mjs"}');
  for (const [path, text] of Object.entries(FASTAPI)) await write(join('stand-ins', path), text);
  server = await Server.start();
  client = server.client();
});
afterAll(async () => {
  await server?.dispose();
  await rm(folder, { recursive: true, force: true });
});

async function write(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  return path;
}

const env = (): NodeJS.ProcessEnv => ({
  ...process.env,
  PLUMBLINE_URL: server.url,
  PLUMBLINE_API_KEY: server.adminKey,
  KEY: server.adminKey,
  SPOOL_DIR: join(folder, 'spool'),
  PORT: '0',
  PYTHONPATH: join(ROOT, 'libs/sdk-python/src'),
  PYTHONDONTWRITEBYTECODE: '1',
});

/** The addresses and folders of the pages are examples; those of the test take their place. */
const here = (text: string) =>
  text
    .replaceAll('http://127.0.0.1:4000', server.url)
    .replaceAll('"plk_..."', JSON.stringify(server.adminKey))
    .replaceAll('/var/lib/my-service/plumbline', join(folder, 'spool'));

type Snippet = { code: string; answer: string | undefined };
/** The blocks of a language, each with the JSON block that follows it at once, if one does. */
function snippets(text: string, language: string): Snippet[] {
  const blocks = text.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\`\\n(?:\\n\`\`\`json\\n(.*?)\`\`\`)?`, 'gs'));
  return [...blocks].map(([, code, answer]) => ({ code: code as string, answer }));
}

/** Names that the pages use and leave to the reader, and what to do with those that a snippet defines. */
const BEFORE_TS = `
import * as sdk from '@plumbline/sdk';
const model = { predict: ({ age }) => age / 100 };
const rows = Array.from({ length: 50 }, (_, i) => ({ id: 'row-' + i, ts: 1767225600000 + i, features: { age: i }, score: 0.5 }));
`;
const AFTER_TS = `
if (typeof predict === 'function') await predict({ age: 31, requestId: 'request-1' });
if (typeof app === 'object') {
  await app.inject({ method: 'POST', url: '/score', payload: { age: 44 } });
  await app.close();
}
await plumbline.close();
console.log(JSON.stringify(plumbline.stats()));
`;
const BEFORE_PYTHON = `
class Row:
    request_id = "request-2"
    def model_dump(self):
        return {"age": 31}
class Scores:
    def __getitem__(self, at):
        return 0.25
class Model:
    def predict_proba(self, applicant):
        return Scores()
    def predict(self, applicant):
        return 0.5
model = Model()
df = dict(age=[1, 2], country=["BR", None], p=[0.1, 0.2], id=["f1", "f2"], scored_at=[1767225600, 1767225601],
          platform=["ios", "web"], churned=[1, None])
`;
const AFTER_PYTHON = `
import asyncio, json
if "predict" in globals():
    predict(Row())
if "score" in globals():
    asyncio.run(score(Row()))
    asyncio.run(at_shutdown())
plumbline.close()
print(json.dumps(plumbline.stats()))
`;

async function statsOf(command: string, file: string): Promise<Json> {
  const { stdout, stderr } = await exec(command, [file], { cwd: folder, env: env(), timeout: 60_000 });
  expect(stderr).toBe('');
  return JSON.parse(stdout.trim().split('\n').at(-1) as string);
}

const delivered = { queued: 0, rejected: 0, dropped: 0, errors: 0 };

describe.each(['ingestion.md', 'sdk-typescript.md'])('%s', (name) => {
  it('its TypeScript runs and delivers', async () => {
    const found = snippets(await page(name), 'ts');
    expect(found.length).toBeGreaterThan(0);
    for (const [i, { code }] of found.entries()) {
      const client = /\bplumbline = /.test(code) ? '' : `const plumbline = new sdk.Plumbline({ model: 'docs' });\n`;
      const file = await write(`${name}-${i}.mjs`, BEFORE_TS + client + here(code) + AFTER_TS);
      const stats = await statsOf(process.execPath, file);
      expect(stats, code).toMatchObject(delivered);
      expect(stats.accepted + stats.duplicates, code).toBeGreaterThan(0);
    }
  });
});

describe.each(['ingestion.md', 'sdk-python.md'])('%s', (name) => {
  it('its Python runs and delivers', async () => {
    const found = snippets(await page(name), 'python');
    expect(found.length).toBeGreaterThan(0);
    for (const [i, { code }] of found.entries()) {
      const client = /\bplumbline = |as plumbline/.test(code)
        ? ''
        : 'from plumbline import Plumbline\nplumbline = Plumbline(model="docs")\n';
      const file = await write(`${name}-${i}.py`, BEFORE_PYTHON + client + here(code) + AFTER_PYTHON);
      const stats = await statsOf('python3', file);
      expect(stats, code).toMatchObject(delivered);
      expect(stats.accepted + stats.duplicates, code).toBeGreaterThan(0);
    }
  });
});

describe('ingestion.md', () => {
  it('its curl commands run, one after the other, and answer what it says', async () => {
    const found = snippets(await page('ingestion.md'), 'sh');
    expect(found.length).toBeGreaterThan(8);
    let id = '';
    for (const { code, answer } of found) {
      expect(answer, `no answer is shown for ${code}`).toBeDefined();
      const wanted = JSON.parse(answer as string);
      // What was rejected is listed, and labels are joined, a moment later.
      await eventually(
        async () => {
          const ran = await exec('bash', ['-euo', 'pipefail', '-c', here(code)], {
            cwd: folder,
            env: { ...env(), ID: id },
          });
          const got = JSON.parse(ran.stdout);
          id = got.items?.[0]?.id ?? id;
          if (!says(got, wanted)) throw new Error(`${code}\nanswered ${ran.stdout}`);
          return true;
        },
        { withinMs: 60_000, what: 'the answer', everyMs: 250 },
      );
    }
    expect(id).not.toBe('');
  });

  it('names every code of a refused event and no other', async () => {
    const text = await page('ingestion.md');
    const from = text.indexOf('| code | what is wrong |');
    const table = text.slice(from, text.indexOf('\n\n', from));
    const codes = [...table.matchAll(/^\| `(\w+)` \|/gm)].map((match) => match[1]);
    expect(codes).toEqual(Object.keys(REJECTIONS));
  });

  it('links to what is there', async () => {
    for (const name of ['ingestion.md', 'sdk-typescript.md', 'sdk-python.md']) {
      const links = [...(await page(name)).matchAll(/\]\(([^)#]+)(?:#([\w-]+))?\)/g)];
      for (const [, path, anchor] of links) {
        const target = join(ROOT, 'docs', path as string);
        expect(existsSync(target), `${name} links to ${path}`).toBe(true);
        if (!anchor) continue;
        const headings = [...(await readFile(target, 'utf8')).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
          (heading as string)
            .toLowerCase()
            .replace(/[^\w\s-]/g, '')
            .replaceAll(' ', '-'),
        );
        expect(headings, `${name} links to ${path}#${anchor}`).toContain(anchor);
      }
    }
  });
});

/** Whether the page's answer holds: it may leave fields out, and `…` ends a text that goes on. */
function says(got: Json, wanted: Json): boolean {
  if (typeof wanted === 'string' && wanted.endsWith('…')) return String(got).startsWith(wanted.slice(0, -1));
  if (Array.isArray(wanted)) return got?.length === wanted.length && wanted.every((item, i) => says(got[i], item));
  if (typeof wanted === 'object' && wanted !== null)
    return Object.entries(wanted).every(([name, value]) => says(got?.[name], value));
  return got === wanted;
}

describe.each(['express', 'fastify'])('docs/examples/%s.mjs', (name) => {
  it('serves, logs and delivers everything before it ends', async () => {
    await copyFile(join(ROOT, `docs/examples/${name}.mjs`), join(folder, `${name}.mjs`));
    const service = spawn(process.execPath, [`${name}.mjs`], { cwd: folder, env: env() });
    let said = '';
    for (const stream of [service.stdout, service.stderr])
      stream.on('data', (chunk: Buffer) => {
        said += chunk.toString();
      });
    const ended = once(service, 'exit');
    try {
      const url = await eventually(async () => /listening on (\S+)/.exec(said)?.[1] as string, {
        withinMs: 30_000,
        what: `${name} to listen: ${said}`,
        everyMs: 50,
      });
      const post = (path: string, body: object) =>
        fetch(`${url}${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-platform': name },
          body: JSON.stringify(body),
        });
      const { id, score } = (await (await post('/score', { age: 40, country: 'BR' })).json()) as Json;
      expect(score).toBe(0.5);
      expect((await post('/outcomes', { id, label: 1 })).status).toBe(202);
      service.kill('SIGTERM');
      expect(await ended, said).toEqual([0, null]);
      await joined(id, { age: 40, country: 'BR' }, name);
    } finally {
      service.kill('SIGKILL');
    }
  });
});

it('docs/examples/fastapi_service.py serves, logs and delivers everything before it ends', async () => {
  const driver = `
import asyncio, json, sys
sys.path.append(${JSON.stringify(join(folder, 'stand-ins'))})  # only where FastAPI is not installed
sys.path.append(${JSON.stringify(join(ROOT, 'docs/examples'))})
import fastapi_service as service
async def main():
    async with service.lifespan(service.app):
        answer = await service.score(service.Applicant(age=40, country="BR"), "fastapi")
        await service.outcome(service.Known(id=answer["id"], label=True))
    assert service.plumbline.stats()["accepted"] == 2, service.plumbline.stats()
    print(json.dumps(answer))
asyncio.run(main())
`;
  const { stdout } = await exec('python3', ['-c', driver], { cwd: folder, env: env(), timeout: 60_000 });
  const { id, score } = JSON.parse(stdout);
  expect(score).toBe(0.5);
  await joined(id, { age: 40, country: 'BR' }, 'fastapi');
});

async function joined(id: string, features: object, platform: string): Promise<void> {
  await eventually(
    async () => {
      const found = await client.ok(client.get(`/v1/models/fraud/predictions/${id}`));
      if (found.label === null) throw new Error(JSON.stringify(found));
      expect(found.predictions).toMatchObject([{ version: 'v3', features, tags: { platform } }]);
      return true;
    },
    { withinMs: 60_000, what: 'the outcome to find its prediction', everyMs: 250 },
  );
}

/** The part of Express that the example uses, for where it is not installed. */
const EXPRESS = `
import { createServer } from 'node:http';
export default function express() {
  const routes = new Map();
  return {
    use() {},
    post: (path, handler) => routes.set(path, handler),
    listen: (port, ready) =>
      createServer(async (req, res) => {
        let text = '';
        for await (const chunk of req) text += chunk;
        req.body = JSON.parse(text);
        req.get = (name) => req.headers[name];
        res.json = (body) => res.setHeader('content-type', 'application/json').end(JSON.stringify(body));
        res.sendStatus = (status) => res.writeHead(status).end();
        res.setHeader('connection', 'close');
        routes.get(req.url)(req, res);
      }).listen(port, '127.0.0.1', ready),
  };
}
express.json = () => undefined;
`;
/** The same for FastAPI and pydantic. */
const FASTAPI = {
  'fastapi/__init__.py': `
class FastAPI:
    def __init__(self, lifespan=None):
        pass
    def post(self, path, **options):
        return lambda handler: handler
def Header(default=None):
    return default
`,
  'fastapi/concurrency.py': 'from asyncio import to_thread as run_in_threadpool\n',
  'pydantic.py': `
class BaseModel:
    def __init__(self, **fields):
        self.__dict__.update(fields)
    def model_dump(self):
        return dict(self.__dict__)
`,
};
