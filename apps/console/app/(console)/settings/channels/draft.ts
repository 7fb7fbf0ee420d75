import type { ChannelChange, ChannelView, Severity } from '@plumbline/contracts';
import type { ChannelBody } from '@/lib/settings';

export type Kind = ChannelView['kind'];
/** What stands in the form: everything as text, secrets empty unless they are typed. */
export type Draft = {
  kind: Kind;
  name: string;
  isDefault: boolean;
  model: string;
  owner: string;
  severity: Severity | '';
  /** Slack: by an incoming webhook, or as an app. */
  slack: 'webhook' | 'app';
  url: string;
  token: string;
  channel: string;
  routingKey: string;
  secret: string;
  format: 'plumbline' | 'alertmanager';
};

const NEW: Draft = {
  kind: 'slack',
  name: '',
  isDefault: false,
  model: '',
  owner: '',
  severity: '',
  slack: 'webhook',
  url: '',
  token: '',
  channel: '',
  routingKey: '',
  secret: '',
  format: 'plumbline',
};
const MASK = '•';
const shown = (value: string | undefined) => (value?.includes(MASK) ? '' : (value ?? ''));

export function draftOf(view: ChannelView | null, isFirst = false): Draft {
  if (!view) return { ...NEW, isDefault: isFirst };
  const { config, match } = view;
  return {
    ...NEW,
    kind: view.kind,
    name: view.name,
    isDefault: view.default,
    model: match?.model ?? '',
    owner: match?.owner ?? '',
    severity: match?.severity ?? '',
    slack: config.channel ? 'app' : 'webhook',
    url: shown(config.url),
    channel: shown(config.channel),
    format: config.format === 'alertmanager' ? 'alertmanager' : 'plumbline',
  };
}

/** What is missing before the channel can be saved, by field; secrets that are kept may stay empty. */
export function missing(draft: Draft, isNew: boolean): Partial<Record<keyof Draft, string>> {
  const wrong: Partial<Record<keyof Draft, string>> = {};
  const url = /^https?:\/\/\S+$/;
  if (draft.url && !url.test(draft.url)) wrong.url = 'Starts with https://';
  if (!isNew) return wrong;
  if (draft.kind === 'webhook' && !draft.url) wrong.url = 'Where to send it';
  if (draft.kind === 'pagerduty' && !draft.routingKey) wrong.routingKey = 'From the integration of the service';
  if (draft.kind === 'slack' && draft.slack === 'webhook' && !draft.url) wrong.url = 'The whole URL of the webhook';
  if (draft.kind === 'slack' && draft.slack === 'app') {
    if (!draft.token) wrong.token = 'Starts with xoxb-';
    if (!/^[CGD][A-Z0-9]{2,40}$/.test(draft.channel)) wrong.channel = 'Such as C0123456789';
  }
  return wrong;
}

const given = <T extends Record<string, string | undefined>>(values: T) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value)) as { [K in keyof T]?: string };

function configOf(draft: Draft) {
  if (draft.kind === 'pagerduty') return given({ routing_key: draft.routingKey.trim(), url: draft.url.trim() });
  if (draft.kind === 'webhook')
    return { ...given({ url: draft.url.trim(), secret: draft.secret.trim() }), format: draft.format };
  return draft.slack === 'app'
    ? given({ token: draft.token.trim(), channel: draft.channel.trim() })
    : given({ url: draft.url.trim() });
}

/** The draft as the server takes it: whole for a new channel, secrets only as far as they are typed for one that exists. */
export function bodyOf(draft: Draft): ChannelBody & ChannelChange {
  const match = given({ model: draft.model.trim(), owner: draft.owner.trim(), severity: draft.severity });
  return {
    kind: draft.kind,
    name: draft.name.trim() || undefined,
    default: draft.isDefault,
    match: Object.keys(match).length > 0 ? match : null,
    config: configOf(draft),
  } as ChannelBody & ChannelChange;
}

/** What a channel receives besides monitors that name it, in words. */
export function receives({ match, default: isDefault }: Pick<ChannelView, 'match' | 'default'>): string {
  const rest = 'what no other channel receives';
  if (!match) return isDefault ? rest : 'only monitors that name it';
  const level = !match.severity || match.severity === 'info' ? 'everything' : LEVEL[match.severity];
  const of = [match.model && `of ${match.model}`, match.owner && `of models of ${match.owner}`].filter(Boolean);
  const heard = [level, ...of].join(' ');
  return isDefault ? `${heard}, and ${rest}` : heard;
}
const LEVEL = { warning: 'warnings and critical', critical: 'what is critical' } as const;
