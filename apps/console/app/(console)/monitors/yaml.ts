import { type ChannelView, type MonitorBody, monitorEntry } from '@plumbline/contracts';
import { stringify } from 'yaml';

/** A monitor as `plumbline monitors apply` takes it. */
export const yamlOf = (body: MonitorBody, channels: readonly Pick<ChannelView, 'id' | 'name'>[]): string =>
  stringify({ monitors: [monitorEntry(body, channels)] }, { lineWidth: 100 });
