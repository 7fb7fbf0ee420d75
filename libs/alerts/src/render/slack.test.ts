import type { IncidentView } from '@plumbline/contracts';
import { describe, expect, it } from 'vitest';
import type { Block } from './blocks.js';
import { exampleIncident, testNotification } from './example.js';
import type { Notification } from './notification.js';
import { renderSlack } from './slack.js';

const NOW = Date.UTC(2026, 0, 9, 14, 20);
const notification = (event: Notification['event'], change: Partial<IncidentView> = {}): Notification => ({
  event,
  incident: { ...exampleIncident(NOW), id: 'inc_1', ...change },
  consoleUrl: 'https://plumbline.example.org/',
  dedupKey: 'plumbline-inc_1',
  sequence: 3,
  at: '2026-01-09T14:20:00.000Z',
});

const headerOf = (blocks: Block[]) => blocks.flatMap((b) => (b.type === 'header' ? [b.text.text] : []))[0];
const sectionsOf = (blocks: Block[]) =>
  blocks.flatMap((b) => (b.type === 'section' && 'text' in b ? [b.text.text] : [])).join('\n\n');
const fieldsOf = (blocks: Block[]) =>
  Object.fromEntries(
    blocks.flatMap((b) => ('fields' in b ? b.fields.map((f) => f.text.split('\n', 2) as [string, string]) : [])),
  );
const buttonsOf = (blocks: Block[]) =>
  Object.fromEntries(blocks.flatMap((b) => (b.type === 'actions' ? b.elements.map((e) => [e.text.text, e.url]) : [])));

describe('an incident in Slack', () => {
  it.each([
    ['open', '🟠 accuracy of fraud is below 85 %'],
    ['update', '🟠 Update: accuracy of fraud is below 85 %'],
    ['escalate', '🟠 Now warning: accuracy of fraud is below 85 %'],
    ['acknowledge', '👀 Acknowledged: accuracy of fraud is below 85 %'],
    ['resolve', '✅ Resolved: accuracy of fraud is below 85 %'],
    ['test', '🟠 Test: accuracy of fraud is below 85 %'],
  ] as const)('%s has its header, and a text for the lock screen', (event, title) => {
    const message = renderSlack(notification(event));
    expect(headerOf(message.blocks)).toBe(title);
    expect(message.text).toBe(`${title} (fraud, #42)`);
  });

  it.each([
    ['critical', '🔴'],
    ['warning', '🟠'],
    ['info', '🔵'],
  ] as const)('%s is %s', (severity, emoji) =>
    expect(headerOf(renderSlack(notification('open', { severity })).blocks)).toContain(emoji),
  );

  it('says what, where, how much, since when', () => {
    expect(fieldsOf(renderSlack(notification('open')).blocks)).toEqual({
      '*Model*': '`fraud`',
      '*What*': '`accuracy` (accuracy, hourly)',
      '*Slice*': 'all traffic',
      '*Value*': '76.2 % (74.3 % – 78 %), threshold 85 %, baseline 91.1 %',
      '*Rows judged*': '1,893',
      '*Window*':
        '<!date^1767963600^{date_short_pretty} {time}|2026-01-09 13:00 UTC> – <!date^1767967200^{date_short_pretty} {time}|2026-01-09 14:00 UTC>',
      '*Since*': '<!date^1767956400^{date_short_pretty} {time}|2026-01-09 11:00 UTC>',
      '*Severity*': 'warning',
    });
  });

  it('explains: top slice, moved inputs, the picture, the other monitors', () => {
    const text = sectionsOf(renderSlack(notification('open')).blocks);
    expect(text).toContain('accuracy fell to 76.2 %');
    expect(text).toContain(
      '`tags.country = BR`: error 0.71 against 0.106 elsewhere, 21.8 % of the rows, explains 88 %',
    );
    expect(text).toContain('moved: `amount (0.41, threshold 0.2)`');
    expect(text).not.toContain('age');
    expect(text).toContain('```████ ███▅▂▁```\nlast 76.2 % · threshold 85 % · baseline 91.1 %');
    expect(text).toContain('*Also firing*\n• amount moved: psi 0.41, threshold 0.2');
  });

  it('leads with the worst monitor, whatever the order', () => {
    const { evidence } = exampleIncident(NOW);
    const fields = fieldsOf(renderSlack(notification('open', { evidence: evidence.toReversed() })).blocks);
    expect(fields['*What*']).toBe('`accuracy` (accuracy, hourly)');
  });

  it('names the slice that a monitor looks at', () => {
    const { evidence } = exampleIncident(NOW);
    const filters = [{ field: 'tags.country', op: 'eq', value: '<BR>' }];
    const sliced = [{ ...evidence[0]!, rows_query: { filters, from: 'a' } }];
    const { blocks } = renderSlack(notification('open', { evidence: sliced }));
    expect(fieldsOf(blocks)['*Slice*']).toBe('`tags.country = &lt;BR&gt;`');
    const rows = new URL(buttonsOf(blocks)['Show rows']!);
    expect(rows.pathname).toBe('/models/fraud/rows');
    expect(JSON.parse(rows.searchParams.get('filters')!)).toEqual(filters);
  });

  it('links to the incident, its rows exactly, and the mute form', () => {
    const buttons = buttonsOf(renderSlack(notification('open')).blocks);
    expect(buttons['Open incident']).toBe('https://plumbline.example.org/incidents/inc_1');
    expect(buttons['Mute…']).toBe('https://plumbline.example.org/incidents/inc_1?mute=1');
    const rows = new URL(buttons['Show rows']!);
    expect(Object.fromEntries(rows.searchParams)).toEqual({
      from: '2026-01-09T13:00:00.000Z',
      to: '2026-01-09T14:00:00.000Z',
      known_at: '2026-01-09T14:00:00.000Z',
    });
  });

  it('has no buttons rather than broken ones', () => {
    for (const consoleUrl of ['', 'plumbline', 'javascript:alert(1)'])
      expect(buttonsOf(renderSlack({ ...notification('open'), consoleUrl }).blocks)).toEqual({});
  });

  it('keeps the path that the console is under', () => {
    const { blocks } = renderSlack({ ...notification('open'), consoleUrl: 'https://x.example/ml/plumbline/?a=1' });
    expect(buttonsOf(blocks)['Open incident']).toBe('https://x.example/ml/plumbline/incidents/inc_1');
  });

  it('resolves in a few words: which one, how long, by whom', () => {
    const message = renderSlack(
      notification('resolve', {
        state: 'resolved',
        opened_at: '2026-01-09T12:00:00.000Z',
        resolved_at: '2026-01-09T14:05:00.000Z',
        timeline: [
          { at: '', kind: 'resolved', text: '', actor: 'ada', monitor_id: null },
          { at: '', kind: 'note', text: '', actor: 'bob', monitor_id: null },
        ],
      }),
    );
    const text = sectionsOf(message.blocks);
    expect(text).toContain('Incident *#42* of `fraud` was resolved by ada. It lasted 2 h 5 min');
    expect(fieldsOf(message.blocks)).toEqual({});
    expect(buttonsOf(message.blocks)).toEqual({ 'Open incident': 'https://plumbline.example.org/incidents/inc_1' });
  });

  it('resolves by itself without naming anybody', () => {
    const { blocks } = renderSlack(notification('resolve', { opened_at: '2026-01-09T14:00:00Z' }));
    expect(sectionsOf(blocks)).toContain('was resolved. It lasted 20 min');
  });

  it('says who has it', () => {
    const { blocks } = renderSlack(notification('acknowledge', { acknowledged_by: 'Ada & <Co>' }));
    expect(sectionsOf(blocks)).toContain('was acknowledged by Ada &amp; &lt;Co&gt;. Open for 2 h 20 min.');
  });

  it('an incident without evidence still says something', () => {
    const { blocks } = renderSlack(notification('open', { evidence: [], title: ' \n ' }));
    expect(headerOf(blocks)).toBe('🟠 Incident of fraud');
    expect(fieldsOf(blocks)['*What*']).toBe('`accuracy`');
  });

  it('a test says that it is one and links to no invented incident', () => {
    const { blocks } = renderSlack(testNotification({ channelId: 'c', consoleUrl: 'https://x.example', nowMs: NOW }));
    expect(sectionsOf(blocks)).toContain('This is a test of the channel.');
    expect(buttonsOf(blocks)).toEqual({ 'Open Plumbline': 'https://x.example/' });
  });
});
