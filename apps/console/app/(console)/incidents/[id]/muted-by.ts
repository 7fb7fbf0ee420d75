import { type IncidentView, type MuteView, membersOf } from '@plumbline/contracts';

/** The mutes that silence an incident now: every matcher given must hold, a monitor or a feature must cover all of it. */
export function mutedBy(mutes: readonly MuteView[], incident: IncidentView, now: number): MuteView[] {
  return mutes.filter(({ matchers: m, until }) => {
    if (Date.parse(until) <= now) return false;
    if (m.model !== undefined && m.model !== incident.model) return false;
    if (m.severity !== undefined && m.severity !== incident.severity) return false;
    if (m.monitor !== undefined && !incident.monitors.every((x) => x.id === m.monitor || x.name === m.monitor))
      return false;
    return m.feature === undefined || featuresOf(incident).every((feature) => feature === m.feature);
  });
}

/** What an incident is about; of groups the feature, whatever the group. */
function featuresOf({ evidence, subjects }: IncidentView): string[] {
  const bad = evidence.flatMap((e) => e.findings.filter((f) => f.state === 'bad').flatMap(membersOf));
  const features = bad.map((f) => (typeof f.details?.feature === 'string' ? f.details.feature : f.subject));
  return features.length > 0 ? features : subjects;
}
