import { setTimeout } from 'node:timers/promises';
import type { ExportManifest, ExportView } from '@plumbline/contracts';
import { Failure } from '../failure.js';
import { openProgress } from '../import/progress.js';
import { call } from '../server/api.js';
import type { Connection } from '../server/connection.js';
import { Patience } from '../server/patience.js';
import { download, forget, keepNote, leftOf } from './download.js';

export type Asked = {
  model: string;
  question: Record<string, unknown>;
  file: string;
  progress: boolean;
  stop: AbortSignal;
};
const LOOK_MS = 500;

/** Has the rows written by the server, waits for that, and downloads the file. */
export async function exportRows(connection: Connection, asked: Asked): Promise<ExportManifest> {
  const { file, stop } = asked;
  const id = await exportOf(connection, asked);
  const written = await finished(connection, id, asked);
  const { manifest } = written;
  if (!manifest) {
    forget(file);
    throw new Failure(written.error ?? `The export is ${written.state}; ask again.`);
  }
  const progress = openProgress(process.stderr, { wanted: asked.progress, unit: 'bytes' });
  try {
    const patience = new Patience({
      url: connection.url,
      stop,
      nowMs: () => performance.now(),
      random: Math.random,
      onWait: progress.note,
    });
    const onBytes = (done: number) => progress.update({ rows: done, fraction: done / Math.max(1, manifest.bytes) });
    await download(connection, id, manifest, file, { patience, stop, onBytes });
  } finally {
    progress.stop();
  }
  return manifest;
}

/** The export that an earlier run of the same command left, if it is still there, or a new one. */
async function exportOf(connection: Connection, { model, question, file }: Asked): Promise<string> {
  const asked = { url: connection.url, question: JSON.stringify([model, question]) };
  const left = leftOf(file);
  if (left && left.url === asked.url && left.question === asked.question) {
    const state = await call<ExportView>(connection, 'GET', `/v1/exports/${left.id}`).then(
      (view) => view.state,
      () => 'expired' as const,
    );
    if (state !== 'failed' && state !== 'expired') return left.id;
  }
  const path = `/v1/models/${encodeURIComponent(model)}/exports`;
  const { export: id } = await call<{ export: string }>(connection, 'POST', path, question);
  keepNote(file, { ...asked, id });
  return id;
}

async function finished(connection: Connection, id: string, { progress: wanted, stop }: Asked): Promise<ExportView> {
  const progress = openProgress(process.stderr, { wanted });
  try {
    for (;;) {
      const view = await call<ExportView>(connection, 'GET', `/v1/exports/${id}`);
      progress.update({ rows: view.rows, fraction: view.progress });
      if (view.state !== 'queued' && view.state !== 'running') return view;
      await setTimeout(LOOK_MS, undefined, { signal: stop });
    }
  } finally {
    progress.stop();
  }
}
