import { describe, expect, it } from 'vitest';
import { type ChannelRow, route } from './channels.js';

const channel = (id: string, over: Partial<ChannelRow> = {}): ChannelRow => ({
  id,
  projectId: 'p',
  kind: 'slack',
  name: id,
  sealed: '',
  match: null,
  isDefault: false,
  createdAt: new Date(),
  ...over,
});
type About = Parameters<typeof route>[2];
const about: About = { model: 'fraud', owner: 'risk', severity: 'warning' };
const all = [
  channel('plain'),
  channel('default', { isDefault: true }),
  channel('fraud', { match: { model: 'fraud' } }),
  channel('risk', { match: { owner: 'risk' } }),
  channel('pager', { match: { severity: 'critical' } }),
  channel('fraud info', { match: { model: 'fraud', severity: 'info' } }),
  channel('fraud of growth', { match: { model: 'fraud', owner: 'growth' } }),
];

describe('route', () => {
  it.each<[string, readonly string[], Partial<About>, string[]]>([
    ['those the monitor names, whatever matches', ['plain', 'pager'], {}, ['plain', 'pager']],
    ['those that match, every part of it, and the default one', [], {}, ['default', 'fraud', 'risk', 'fraud info']],
    [
      'a severity matches what is at least as bad',
      [],
      { severity: 'critical' },
      ['default', 'fraud', 'risk', 'pager', 'fraud info'],
    ],
    ['the default one if none matches', [], { model: 'churn', owner: null }, ['default']],
    ['those of the named ones that exist', ['gone', 'plain'], {}, ['plain']],
    ['by the rules, if what was named is gone', ['gone'], {}, ['default', 'fraud', 'risk', 'fraud info']],
  ])('%s', (_, named, over, expected) => {
    expect(route(all, named, { ...about, ...over }).map((c) => c.id)).toEqual(expected);
  });

  it('is nobody where there is nobody', () => {
    expect(route([channel('plain')], [], about)).toEqual([]);
  });

  it('an empty match fits everything', () => {
    expect(route([channel('all', { match: {} })], [], about).map((c) => c.id)).toEqual(['all']);
  });
});
