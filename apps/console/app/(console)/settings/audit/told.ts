const VERB: Record<string, string> = {
  create: 'made',
  update: 'changed',
  delete: 'deleted',
  remove: 'removed',
  revoke: 'revoked',
  accept: 'accepted',
  acknowledge: 'acknowledged',
  resolve: 'resolved',
  reset: 'given a link for a new password',
  password: 'changed their password',
  note: 'got a note',
  open: 'opened',
  close_all: 'all ended',
  retention: 'kept for another time',
  resend: 'sent again',
  save: 'saved',
};
const spaced = (text: string) =>
  text.replace(/[_-]/g, ' ').replace(/([a-z])([A-Z])/g, (_, a, b) => `${a} ${b.toLowerCase()}`);

/** `monitor.create` as `Monitor made`; what is not known is told as it is. */
export function told(action: string): string {
  const [area = action, ...rest] = action.split('.');
  const verb = rest.join(' ');
  const text = verb ? `${spaced(area)} ${VERB[verb] ?? spaced(verb)}` : spaced(area);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Details for one line: names with their values, nothing nested deeper than a word. */
export function detailText(detail: Record<string, unknown>): string {
  return Object.entries(detail)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => `${spaced(name)} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join(' · ');
}

/** What the audit speaks of. */
export const AREAS = [
  'channel',
  'contract',
  'delivery',
  'incident',
  'invitation',
  'key',
  'model',
  'monitor',
  'mute',
  'person',
  'project',
  'reference',
  'session',
  'view',
] as const;
