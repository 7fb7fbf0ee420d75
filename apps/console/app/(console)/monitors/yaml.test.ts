import { monitorBody, monitorsFile } from '@plumbline/contracts';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { yamlOf } from './yaml';

it('a monitor as YAML is a file that apply takes, with nothing that goes without saying', () => {
  const body = monitorBody.parse({
    name: 'accuracy',
    model: 'm',
    kind: 'performance',
    target: { metric: 'accuracy' },
    condition: { op: 'lt', value: 0.9 },
    channels: ['c1', 'c2'],
  });
  const text = yamlOf(body, [
    { id: 'c1', name: 'on call' },
    { id: 'c2', name: 'twice' },
    { id: 'c3', name: 'twice' },
  ]);
  expect(text).toContain('channels:\n      - on call\n      - c2\n');
  expect(text).not.toMatch(/enabled|severity|resolve_for/);
  const [entry] = monitorsFile.parse(parse(text)).monitors;
  expect(entry).toEqual({ ...body, channels: ['on call', 'c2'] });
});
