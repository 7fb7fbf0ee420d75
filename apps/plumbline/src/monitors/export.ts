import { writeFile } from 'node:fs/promises';
import { MONITORS_SCHEMA_PATH, type MonitorView, monitorEntry } from '@plumbline/contracts';
import { stringify } from 'yaml';
import { WrongUse } from '../failure.js';
import type { Connection } from '../server/connection.js';
import { allMonitors, everything } from './server.js';

type Channel = { id: string; name: string };

/** Writes the monitors as a file that `apply` takes and that changes nothing. */
export async function exportFile(connection: Connection, o: { model?: string; output?: string }): Promise<void> {
  const [monitors, channels] = [
    await allMonitors(connection, o.model),
    await everything<Channel>(connection, '/v1/channels?limit=500'),
  ];
  const text = fileText(monitors, channels, connection.url);
  if (o.output === undefined) process.stdout.write(text);
  else
    await writeFile(o.output, text).catch((error: NodeJS.ErrnoException) => {
      throw new WrongUse(`${o.output} cannot be written (${error.code ?? error.message}).`);
    });
}

/** Pure: monitors as YAML, by model and name, with only what differs from the defaults. */
export function fileText(monitors: readonly MonitorView[], channels: readonly Channel[], url: string): string {
  const sorted = [...monitors].sort((a, b) => compare(a.model, b.model) || compare(a.name, b.name));
  const entries = sorted.map((m) => monitorEntry(m, channels));
  return `# yaml-language-server: $schema=${url}${MONITORS_SCHEMA_PATH}\n${stringify({ monitors: entries }, { lineWidth: 120 })}`;
}
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
