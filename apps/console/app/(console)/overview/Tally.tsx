import type { ModelSummary } from '@plumbline/contracts';
import { TONE_TEXT, type Tone } from '@/components/Badge';
import { Icon, type IconName } from '@/components/icons';

const KINDS: { health: ModelSummary['health']; label: string; tone: Tone; icon: IconName }[] = [
  { health: 'critical', label: 'critical', tone: 'critical', icon: 'incident' },
  { health: 'warning', label: 'warning', tone: 'warning', icon: 'incident' },
  { health: 'ok', label: 'healthy', tone: 'ok', icon: 'check' },
  { health: 'no_data', label: 'without data', tone: 'neutral', icon: 'slash' },
];

/** How many models are how well: the page in one line. */
export function Tally({ models }: { models: ModelSummary[] }) {
  return (
    <ul className="flex min-h-8 flex-wrap items-center gap-x-4 text-sm">
      {KINDS.map(({ health, label, tone, icon }) => {
        const n = models.filter((m) => m.health === health).length;
        return n === 0 ? null : (
          <li key={health} className="flex items-center gap-1.5 whitespace-nowrap">
            <Icon name={icon} size={14} className={TONE_TEXT[tone]} strokeWidth={1.8} />
            <span className="font-semibold">{n}</span> <span className="text-muted">{label}</span>
          </li>
        );
      })}
    </ul>
  );
}
