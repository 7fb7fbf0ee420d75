export const STATES = ['open', 'closed', 'all'] as const;
export type StateFilter = (typeof STATES)[number];

/** What can still be labelled comes first. */
export function parseReviewFilter(get: (key: string) => string | null): { state: StateFilter; model: string | null } {
  const state = get('state');
  return {
    state: STATES.includes(state as StateFilter) ? (state as StateFilter) : 'open',
    model: get('model') || null,
  };
}

export const reviewFilter = ({ state, model }: { state: StateFilter; model: string | null }) => ({
  ...(state === 'all' ? {} : { state }),
  ...(model ? { model } : {}),
});
