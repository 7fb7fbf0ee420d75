import type { ExploreAnswer } from '@plumbline/contracts';
import { LegendItem } from '@/charts/ChartCard';
import { scaleWords, shadeCss } from '@/charts/groups.look';
import type { Groups } from '@/charts/groups.prepare';
import { boundsOf } from '@/charts/performance.prepare';
import { changeText, metricInfo, metricText } from '@/lib/metrics';
import type { Shape } from './search-params';

const STEPS = [-1, -0.6, -0.25, 0.25, 0.6, 1];
/** What colours and lines mean, with the values at the ends of the scale. */
export function GroupLegend({ answer, groups, shape }: { answer: ExploreAnswer; groups: Groups; shape: Shape }) {
  const { metric } = answer;
  const words = scaleWords(metric, groups.comparing);
  const down = metricInfo(metric).better === 'higher' ? -1 : 1;
  const at = (side: -1 | 1) => {
    const [least, most] = groups.comparing ? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] : boundsOf(metric);
    const v = Math.max(least, Math.min(most, groups.centre + side * down * groups.reach));
    return groups.comparing ? changeText(metric, v) : metricText(metric, v);
  };
  return (
    <>
      <span className="inline-flex flex-wrap items-center gap-1.5">
        <span>
          {words.low} <span className="text-faint">{at(-1)}</span>
        </span>
        <span aria-hidden="true" className="flex overflow-hidden rounded-sm border border-line">
          {STEPS.map((s) => (
            <span key={s} className="h-2.5 w-4" style={{ background: shadeCss({ shade: s, uncertain: false }) }} />
          ))}
        </span>
        <span>
          <span className="text-faint">{at(1)}</span> {words.high}
        </span>
      </span>
      {shape === 'bars' && (
        <>
          <LegendItem mark="dashed" colour="var(--reference)">
            {groups.comparing
              ? `the whole ${changeText(metric, groups.overall)}`
              : `the whole ${metricText(metric, answer.overall.value)}`}
          </LegendItem>
          <LegendItem mark="line" colour="var(--muted)">
            95 % interval
          </LegendItem>
        </>
      )}
      {shape === 'treemap' && <span className="text-faint">area: predictions</span>}
      {groups.bars.some((b) => b.uncertain) && (
        <LegendItem mark="hollow" colour="var(--faint)">
          under 30 labels, too few to tell
        </LegendItem>
      )}
    </>
  );
}
