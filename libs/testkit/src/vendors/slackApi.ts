import type { Answer } from './answers.js';
import type { RecordedRequest } from './fakeVendor.js';
import { slackProblems } from './limits.js';

/** A message as the channel shows it. */
export type SlackApiMessage = {
  channel: string;
  ts: string;
  thread_ts?: string;
  text: string;
  blocks: unknown[];
  metadata?: unknown;
  edited: boolean;
};

const json = (body: unknown): Answer => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
const error = (name: string, more: object = {}) => json({ ok: false, error: name, ...more });

/** The few methods of Slack's Web API that alerts use, over the messages of one workspace. */
export function slackApi(request: RecordedRequest, messages: SlackApiMessage[]): Answer {
  const method = request.path.split('/').at(-1)!.split('?')[0];
  if (!/^Bearer xoxb-/.test(request.headers.authorization ?? '')) return error('invalid_auth');
  const body = (
    typeof request.body === 'object' ? request.body : Object.fromEntries(new URLSearchParams(request.raw))
  ) as Record<string, unknown>;
  const channel = String(body.channel ?? '');
  if (!/^[CGD][A-Z0-9]+$/.test(channel)) return error('channel_not_found');
  const here = messages.filter((m) => m.channel === channel);
  if (method === 'chat.postMessage' || method === 'chat.update') {
    const problems = slackProblems(body);
    if (problems.length > 0) return error('invalid_blocks', { response_metadata: { messages: problems } });
    const said = { text: String(body.text), blocks: body.blocks as unknown[], metadata: body.metadata };
    if (method === 'chat.update') {
      const found = here.find((m) => m.ts === body.ts);
      if (!found) return error('message_not_found');
      Object.assign(found, said, { edited: true });
      return json({ ok: true, channel, ts: found.ts });
    }
    const thread = body.thread_ts === undefined ? {} : { thread_ts: String(body.thread_ts) };
    const ts = `1767225600.${String(messages.length + 1).padStart(6, '0')}`;
    messages.push({ channel, ts, ...thread, ...said, edited: false });
    return json({ ok: true, channel, ts, message: said });
  }
  const newest = (list: SlackApiMessage[]) => list.slice(-Number(body.limit ?? 100)).reverse();
  if (method === 'conversations.history')
    return json({ ok: true, messages: newest(here.filter((m) => m.thread_ts === undefined)) });
  if (method === 'conversations.replies')
    return json({ ok: true, messages: here.filter((m) => m.ts === body.ts || m.thread_ts === body.ts) });
  return error('unknown_method');
}
