import type { RejectionCode } from '@plumbline/contracts';
import { group, plural } from '../../../lib/format';

/** Why an event can be refused, as people say it. */
export const REASONS: Record<RejectionCode, string> = {
  invalid_json: 'not JSON',
  not_an_object: 'not an object',
  missing_field: 'field missing',
  bad_type: 'wrong type',
  bad_model_name: 'bad model name',
  bad_timestamp: 'bad timestamp',
  future_timestamp: 'in the future',
  too_old: 'too old',
  id_too_long: 'id too long',
  name_too_long: 'name too long',
  value_too_long: 'value too long',
  value_not_finite: 'not a finite number',
  too_many_features: 'too many features',
  payload_too_deep: 'nested too deeply',
  bad_prediction: 'no usable prediction',
  task_mismatch: 'does not fit the task',
  conflict: 'conflict',
  unstorable: 'could not be stored',
};

export type QuarantineFilter = {
  state: 'waiting' | 'replayed';
  model?: string;
  code?: string;
  search?: string;
};

/** The view from its address. */
export function parseQuarantine(get: (key: string) => string | null): QuarantineFilter {
  const text = (key: string) => get(key)?.trim() || undefined;
  return {
    state: get('state') === 'replayed' ? 'replayed' : 'waiting',
    model: text('model'),
    code: text('code'),
    search: text('search'),
  };
}

/** Which events, in the words of the API. */
export const matching = ({ state: _, ...rest }: QuarantineFilter) => rest;
export const quarantineQuestion = (filter: QuarantineFilter) => ({
  ...matching(filter),
  replayed: filter.state === 'replayed' ? 'true' : 'false',
});
export type QuarantineQuestion = ReturnType<typeof quarantineQuestion>;

/** What came of sending again, in one sentence. */
export function told(answer: {
  accepted: number;
  duplicates: number;
  rejected: number | { message: string }[];
}): string {
  const { accepted, duplicates } = answer;
  const refused = typeof answer.rejected === 'number' ? answer.rejected : answer.rejected.length;
  const parts = [
    accepted > 0 && `${plural(accepted, 'event')} taken`,
    duplicates > 0 && `${group(duplicates)} known already`,
    refused > 0 &&
      (typeof answer.rejected === 'number' || refused > 1
        ? `${group(refused)} still not usable`
        : `still not usable: ${answer.rejected[0]!.message}`),
  ].filter(Boolean);
  return parts.length > 0 ? `${parts.join(', ')}.` : 'There was nothing to send.';
}
