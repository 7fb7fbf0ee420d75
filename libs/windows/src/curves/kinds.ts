import { CURVES, type CurveKind, type CurvesQuestion, PlumblineError } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';

/** Curves that need one score per row: of several classes only one against all others has it. */
const OF_ONE_CLASS: readonly CurveKind[] = ['roc', 'precision_recall'];

/** The curves that are drawn: those asked for, or all that the model has. Refuses what its task does not have. */
export function kindsOf(model: ModelContext, q: Pick<CurvesQuestion, 'kinds' | 'class'>): CurveKind[] {
  const has: readonly CurveKind[] = CURVES[model.task];
  const { kinds } = q;
  const wrong = kinds?.filter((kind) => !has.includes(kind)) ?? [];
  if (wrong.length > 0)
    refuse(
      `${wrong.map((kind) => `'${kind}'`).join(', ')} cannot be drawn of '${model.model}', a ${model.task} model. It has: ${has.join(', ')}.`,
    );
  if (q.class !== undefined && model.task !== 'multiclass')
    refuse(`'class' chooses one class of a multiclass model; '${model.model}' is a ${model.task} model. Leave it out.`);
  if (q.class !== undefined && model.classes.length > 0 && !model.classes.includes(q.class))
    refuse(`'${q.class.slice(0, 100)}' is not a class of '${model.model}'. It has: ${some(model.classes)}.`);
  const needsClass = model.task === 'multiclass' && q.class === undefined;
  if (needsClass && kinds?.some((kind) => OF_ONE_CLASS.includes(kind)))
    refuse(
      `A ${kinds.filter((kind) => OF_ONE_CLASS.includes(kind)).join(' or ')} curve of a multiclass model is that of one class against all others: name it in 'class'${model.classes.length > 0 ? ` (${some(model.classes)})` : ''}.`,
    );
  return [...new Set(kinds ?? has.filter((kind) => !(needsClass && OF_ONE_CLASS.includes(kind))))];
}

const SHOWN = 20;
const some = (classes: readonly string[]) =>
  classes.length > SHOWN
    ? `${classes.slice(0, SHOWN).join(', ')} and ${classes.length - SHOWN} more`
    : classes.join(', ');

function refuse(detail: string): never {
  throw new PlumblineError('invalid_request', detail);
}
