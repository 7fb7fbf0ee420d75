import { writeFile } from 'node:fs/promises';
import { MONITORS_SCHEMA_PATH, type MonitorBody, type MonitorView, monitorBody } from '@plumbline/contracts';
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
  const entries = sorted.map((m) => withNames(shortest(m), channels));
  return `# yaml-language-server: $schema=${url}${MONITORS_SCHEMA_PATH}\n${stringify({ monitors: entries }, { lineWidth: 120 })}`;
}
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** The body of a monitor without the fields that have their default. */
function shortest(view: MonitorView): Partial<MonitorBody> {
  const body = monitorBody.parse(view);
  const { model, name, kind } = body;
  const plain = monitorBody.parse({ model, name, kind }) as Record<string, unknown>;
  const own = Object.entries(body).filter(([field, value]) => JSON.stringify(value) !== JSON.stringify(plain[field]));
  return { name, model, kind, ...Object.fromEntries(own) };
}

/** Channels by name where that says which one. */
function withNames(body: Partial<MonitorBody>, channels: readonly Channel[]): Partial<MonitorBody> {
  if (!body.channels) return body;
  const nameOf = (id: string) => {
    const name = channels.find((c) => c.id === id)?.name;
    return name !== undefined && channels.filter((c) => c.name === name).length === 1 ? name : id;
  };
  return { ...body, channels: body.channels.map(nameOf) };
}
