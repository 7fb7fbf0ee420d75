const VERB: Record<string, string> = {
  create: 'created',
  update: 'changed',
  delete: 'deleted',
  remove: 'removed',
  revoke: 'revoked',
  accept: 'accepted',
  acknowledge: 'acknowledged',
  resolve: 'resolved',
  note: 'noted',
  retention: 'retention changed',
  resend: 'sent again',
  save: 'saved',
};
const spaced = (text: string) =>
  text.replace(/[_-]/g, ' ').replace(/([a-z])([A-Z])/g, (_, a, b) => `${a} ${b.toLowerCase()}`);

/** What does not read well in the pattern of the others. */
const WHOLE: Record<string, string> = {
  'session.open': 'Signed in',
  'session.close_all': 'Signed out everywhere',
  'person.password': 'Changed their own password',
  'person.reset': 'Password reset link created',
  'monitors.yaml': 'Monitors applied from a file',
};

/** `monitor.create` as `Monitor created`; what is not known is told as it is. */
export function told(action: string): string {
  const whole = WHOLE[action];
  if (whole) return whole;
  const [area = action, ...rest] = action.split('.');
  const verb = rest.join(' ');
  const text = verb ? `${spaced(area)} ${VERB[verb] ?? spaced(verb)}` : spaced(area);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Details for one line: names with their values, nothing nested deeper than a word. */
export function detailText(detail: Record<string, unknown>): string {
  return Object.entries(detail)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => `${spaced(name)} ${valueText(value)}`)
    .join(' · ');
}

function valueText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return value.map(valueText).join(', ');
  return Object.entries(value)
    .map(([name, inner]) => `${spaced(name)} ${typeof inner === 'object' ? JSON.stringify(inner) : String(inner)}`)
    .join(', ');
}

/** What the audit speaks of. */
export const AREAS = [
  'channel',
  'contract',
  'delivery',
  'export',
  'incident',
  'invitation',
  'key',
  'model',
  'monitor',
  'mute',
  'person',
  'project',
  'reference',
  'review',
  'session',
  'view',
] as const;

const MANY: Record<string, string> = { person: 'people', delivery: 'deliveries' };
export const areaLabel = (area: string): string => MANY[area] ?? `${area}s`;
