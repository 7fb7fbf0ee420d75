import type { FieldView } from '@plumbline/contracts';
import type { ComboOption } from '../components/Combobox';
import { fieldLabel } from './filter';

const GROUP: Record<FieldView['kind'], string> = {
  feature: 'Features',
  tag: 'Tags',
  version: 'Prediction',
  prediction: 'Prediction',
  label: 'Prediction',
  latency: 'Prediction',
};
const RANK: FieldView['kind'][] = ['feature', 'tag', 'version', 'prediction', 'label', 'latency'];

/** Fields for choosing: features first, those that matter most on top. */
export function fieldOptions(fields: readonly FieldView[]): ComboOption[] {
  return [...fields]
    .sort(
      (a, b) =>
        RANK.indexOf(a.kind) - RANK.indexOf(b.kind) ||
        (b.importance ?? 0) - (a.importance ?? 0) ||
        a.field.localeCompare(b.field),
    )
    .map((f) => ({
      value: f.field,
      label: fieldLabel(f.field),
      hint: f.type === 'numeric' ? '123' : 'abc',
      group: GROUP[f.kind],
    }));
}
