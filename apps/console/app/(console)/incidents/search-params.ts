export const STATES = ['unresolved', 'open', 'acknowledged', 'resolved', 'all'] as const;
export type StateFilter = (typeof STATES)[number];

/** What still needs somebody comes first; the rest is one click away. */
export function parseIncidentFilter(get: (key: string) => string | null): { state: StateFilter; model: string | null } {
  const state = get('state');
  return {
    state: STATES.includes(state as StateFilter) ? (state as StateFilter) : 'unresolved',
    model: get('model') || null,
  };
}

export const incidentQuestion = (filter: { state: StateFilter; model: string | null }) => ({
  ...(filter.state === 'all' ? {} : { state: filter.state }),
  ...(filter.model ? { model: filter.model } : {}),
});
