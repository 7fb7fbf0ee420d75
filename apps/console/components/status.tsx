import type { IncidentState, ModelSummary, MonitorState, Severity } from '@plumbline/contracts';
import { Badge, TONE_TEXT, type Tone } from './Badge';
import { Icon, type IconName } from './icons';

type Look = { tone: Tone; icon: IconName; label: string };

const HEALTH: Record<ModelSummary['health'], Look> = {
  critical: { tone: 'critical', icon: 'incident', label: 'Critical' },
  warning: { tone: 'warning', icon: 'incident', label: 'Warning' },
  ok: { tone: 'ok', icon: 'check', label: 'Healthy' },
  no_data: { tone: 'neutral', icon: 'slash', label: 'No data' },
};
const SEVERITY: Record<Severity, Look> = {
  critical: { tone: 'critical', icon: 'incident', label: 'Critical' },
  warning: { tone: 'warning', icon: 'incident', label: 'Warning' },
  info: { tone: 'accent', icon: 'note', label: 'Info' },
};
const INCIDENT: Record<IncidentState, Look> = {
  open: { tone: 'critical', icon: 'circle', label: 'Open' },
  acknowledged: { tone: 'note', icon: 'note', label: 'Acknowledged' },
  resolved: { tone: 'ok', icon: 'check', label: 'Resolved' },
};
const MONITOR: Record<MonitorState, Look> = {
  firing: { tone: 'critical', icon: 'incident', label: 'Firing' },
  pending: { tone: 'warning', icon: 'clock', label: 'Pending' },
  error: { tone: 'warning', icon: 'close', label: 'Error' },
  ok: { tone: 'ok', icon: 'check', label: 'OK' },
  no_data: { tone: 'neutral', icon: 'slash', label: 'No data' },
  unknown: { tone: 'neutral', icon: 'circle', label: 'Not run yet' },
};

const render = (look: Look, tip?: string) => (
  <Badge tone={look.tone} icon={look.icon} tip={tip}>
    {look.label}
  </Badge>
);
export const HealthBadge = ({ health }: { health: ModelSummary['health'] }) => render(HEALTH[health]);
export const SeverityBadge = ({ severity }: { severity: Severity }) => render(SEVERITY[severity]);
export const IncidentBadge = ({ state }: { state: IncidentState }) => render(INCIDENT[state]);
export const MonitorBadge = ({ state, detail }: { state: MonitorState; detail?: string | null }) =>
  render(MONITOR[state], detail ?? undefined);

/** Shape and colour without the word, where the word is in the row already (it stays for screen readers). */
function Mark({ look, size = 15 }: { look: Look; size?: number }) {
  return (
    <span className={`inline-flex ${TONE_TEXT[look.tone]}`} data-tip={look.label}>
      <Icon name={look.icon} size={size} strokeWidth={1.7} />
      <span className="sr-only">{look.label}</span>
    </span>
  );
}
export const HealthMark = ({ health }: { health: ModelSummary['health'] }) => <Mark look={HEALTH[health]} />;
export const SeverityMark = ({ severity }: { severity: Severity }) => <Mark look={SEVERITY[severity]} />;
