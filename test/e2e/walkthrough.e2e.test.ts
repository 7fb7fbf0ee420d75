import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from './client.js';
import { freePort, Server } from './server.js';

/** The walk-through of the docs, every command as it stands there, in one shell against a real server. */

const DOCS = fileURLToPath(new URL('../../docs', import.meta.url));
let server: Server;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-walk-'));
  await symlink(DOCS, join(folder, 'docs'));
  server = await Server.start({ PLUMBLINE_ALLOW_PRIVATE_TARGETS: '127.0.0.1' });
});
afterAll(async () => {
  await server?.dispose();
  await rm(folder, { recursive: true, force: true });
});

async function shell(script: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const env = { ...process.env, PLUMBLINE: server.url, KEY: server.adminKey };
  const child = spawn('bash', ['-eo', 'pipefail', '-c', script], { cwd: folder, env, timeout: 120_000 });
  const out = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (chunk: Buffer) => {
      out[name] += chunk.toString();
    });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, ...out };
}

/** Where it is may be found a moment after the first message has gone. */
const withoutPlace = (text: string) => text.replaceAll(/(accuracy is 80)\S* %,.*/g, '$1 %');

describe('from fault to resolved', () => {
  it('goes as the page says', async () => {
    const page = await readFile(join(DOCS, 'from-fault-to-resolved.md'), 'utf8');
    const blocks = [...page.matchAll(/```sh\n(.*?)```/gs)].map(([, code]) => code);
    expect(blocks.length).toBeGreaterThan(5);
    const port = await freePort();
    const { code, stdout, stderr } = await shell(blocks.join('\n').replaceAll('4567', String(port)));
    expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' });
    const heard = await readFile(join(folder, 'heard.txt'), 'utf8');
    const [shown] = [...page.matchAll(/```text\n(listening.*?)```/gs)].map(([, text]) => text);
    expect(withoutPlace(heard)).toBe(withoutPlace(shown!));
    const { items } = (await server.client().get('/v1/incidents?model=approvals')).body;
    expect(items).toHaveLength(1);
    const incident: Json = (await server.client().get(`/v1/incidents/${items[0].id}`)).body;
    expect(incident.deliveries.map((d: Json) => [d.event, d.state])).toEqual([
      ['open', 'sent'],
      ['acknowledge', 'sent'],
      ['resolve', 'sent'],
    ]);
    expect(incident.evidence[0].slices[0]).toMatchObject({ field: 'tags.country', value: 'BR' });
  }, 120_000);
});
