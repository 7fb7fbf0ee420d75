import { type ChannelBody, type ChannelChange, channelBody, PlumblineError } from '@plumbline/contracts';
import { assertLiteral, TargetRefused } from '../send/guard.js';

export type Kind = ChannelBody['kind'];
export type Config = Record<string, string>;

const HIDDEN = '••••';
/** What of a config may be shown: everything else may be or hold a secret (the path of a Slack URL is one). */
const SHOWN: Record<Kind, string[]> = { slack: ['channel'], pagerduty: ['url'], webhook: ['format'] };
/** What may not go to another host than it was given for. */
const BOUND = ['token', 'routing_key'];

const origin = (url: string | undefined) => (url !== undefined && URL.canParse(url) ? new URL(url).origin : '');
const refused = (path: string, message: string) =>
  new PlumblineError('invalid_request', `${path}: ${message}`, { errors: [{ path, message }] });

/** Pure: the config as it may be shown, secrets as a mask. */
export const masked = (kind: Kind, config: Config): Config =>
  Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      key,
      SHOWN[kind].includes(key) ? value : key === 'url' ? `${origin(value)}/${HIDDEN}` : HIDDEN,
    ]),
  );

/** Pure: whether both are the same way to tell; Slack has two, with a token and without. */
function isSameWay(stored: { kind: Kind; config: Config }, kind: Kind, asked: Config): boolean {
  if (stored.kind !== kind || kind !== 'slack') return stored.kind === kind;
  const bot = stored.config.token !== undefined;
  if (asked.token !== undefined || asked.channel !== undefined) return bot;
  return !bot || asked.url === undefined || asked.url === masked(kind, stored.config).url;
}

/**
 * Pure: what a channel becomes. Secrets that are left out, or come as the mask under which they are shown, stay as they are; with
 * another kind there are none to keep. Throws `invalid_request` for what is missing.
 */
export function changed(stored: { kind: Kind; config: Config } | null, body: ChannelChange): ChannelBody {
  const asked = body.config as Config;
  const config = { ...asked };
  if (stored && isSameWay(stored, body.kind, asked)) {
    const shown = masked(stored.kind, stored.config);
    for (const [key, value] of Object.entries(stored.config)) {
      if (SHOWN[stored.kind].includes(key) || (asked[key] !== undefined && asked[key] !== shown[key])) continue;
      config[key] = value;
    }
  }
  assertNoMask(config);
  const parsed = channelBody.safeParse({ ...body, config });
  if (!parsed.success) {
    const errors = parsed.error.issues.map((i) => ({ path: i.path.join('.'), message: i.message }));
    throw new PlumblineError('invalid_request', errors.map((e) => `${e.path}: ${e.message}`).join('; '), { errors });
  }
  const became = parsed.data.config as Config;
  if (stored && origin(stored.config.url) !== origin(became.url))
    for (const key of BOUND)
      if (became[key] !== undefined && asked[key] !== became[key])
        throw refused(`config.${key}`, 'give it again: it is not sent to another address than it was given for');
  return parsed.data;
}

/** Throws `invalid_request` where the mask of a secret stands for a secret. */
export function assertNoMask(config: Config): void {
  for (const [key, value] of Object.entries(config))
    if (value.includes(HIDDEN)) throw refused(`config.${key}`, 'this is how a secret is shown: give the secret itself');
}

/** Throws `invalid_request` if the channel is at a literal address that must not be reached; names are looked at when something is sent. */
export function assertTarget(config: { url?: string }, allowPrivate: readonly string[]): void {
  if (config.url === undefined) return;
  try {
    assertLiteral(config.url, allowPrivate);
  } catch (error) {
    if (error instanceof TargetRefused) throw refused('config.url', error.message);
    throw error;
  }
}
