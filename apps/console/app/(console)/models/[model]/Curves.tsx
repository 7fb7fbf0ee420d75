'use client';

import type { CurveSet, CurvesAnswer, ModelView } from '@plumbline/contracts';
import { useMemo } from 'react';
import {
  areaText,
  prepareCalibration,
  preparePrecisionRecall,
  preparePredicted,
  prepareResiduals,
  prepareRoc,
} from '@/charts/curves.prepare';
import { Select } from '@/components/Segmented';
import { Loaded, Skeleton } from '@/components/States';
import { number } from '@/lib/format';
import { Curve, type CurveProps } from './Curve';
import { type CurvesRange, useCurves } from './useCurves';

const LABELS_MIN = 30;
const CLASSES_MAX = 100;

/** How the model ranks, decides and errs in the selected range, beside its reference. */
export function Curves({
  model,
  range,
  chosen,
  onClass,
}: {
  model: ModelView;
  range: CurvesRange;
  /** Of several classes the one that is drawn against all others. */
  chosen: string | null;
  onClass: (name: string) => void;
}) {
  const query = useCurves(model, range, chosen);
  return (
    <Loaded framed query={query} skeleton={<CurvesSkeleton />}>
      {(answer) => <Drawn model={model} answer={answer} chosen={chosen} onClass={onClass} />}
    </Loaded>
  );
}

function CurvesSkeleton() {
  return (
    <div role="status" aria-label="Loading" className="grid gap-4 xl:grid-cols-3">
      <Skeleton className="h-96" />
      <Skeleton className="h-96" />
      <Skeleton className="h-96" />
    </div>
  );
}

type Common = Pick<CurveProps, 'model' | 'names' | 'reference'>;
type Sets = { current: CurveSet; reference?: CurveSet };

function Drawn({
  model,
  answer,
  chosen,
  onClass,
}: {
  model: ModelView;
  answer: CurvesAnswer;
  chosen: string | null;
  onClass: (name: string) => void;
}) {
  const sets = useMemo((): Sets => ({ current: answer, reference: labelled(answer.reference) }), [answer]);
  const names = useMemo(
    () => ({ current: 'this range', reference: answer.reference?.name ?? 'reference' }),
    [answer.reference?.name],
  );
  // The summary above says so already.
  if (answer.labelled < LABELS_MIN) return null;
  const common = { model: model.name, names, reference: sets.reference !== undefined };
  const of = chosen === null ? '' : `, ${chosen} against all others`;
  if (model.task === 'regression') return <Regression sets={sets} common={common} />;
  return (
    <section aria-label={`Curves of the range${of}`}>
      {model.task === 'multiclass' && model.classes.length <= CLASSES_MAX && model.classes.length > 0 && (
        <div className="mb-2 flex items-center gap-3">
          <Select
            label="One class against all others"
            value={chosen ?? ''}
            options={model.classes.map((c) => ({ value: c, label: c }))}
            onChange={onClass}
          />
        </div>
      )}
      <Classifier sets={sets} common={common} />
    </section>
  );
}

function Classifier({ sets, common }: { sets: Sets; common: Common }) {
  const roc = useMemo(() => prepareRoc(sets), [sets]);
  const pr = useMemo(() => preparePrecisionRecall(sets), [sets]);
  const calibration = useMemo(() => prepareCalibration(sets), [sets]);
  return (
    <div className={`grid gap-4 ${sets.current.roc ? 'xl:grid-cols-3' : ''}`}>
      {sets.current.roc && (
        <Curve
          {...common}
          title="ROC"
          file="roc"
          note={against(sets, common.names, (s) => areaText(s.roc?.auc), 'AUC')}
          plane={roc}
          without="One class only: there is nothing to tell apart."
        />
      )}
      {sets.current.precision_recall && (
        <Curve
          {...common}
          title="Precision–recall"
          file="precision-recall"
          note={against(sets, common.names, (s) => areaText(s.precision_recall?.average_precision), 'AP')}
          plane={pr}
          without="No positives in this range."
        />
      )}
      {sets.current.calibration && (
        <Curve
          {...common}
          title="Calibration"
          file="calibration"
          note={against(sets, common.names, (s) => areaText(s.calibration?.ece), 'error')}
          plane={calibration}
          without="No scores in this range."
        />
      )}
    </div>
  );
}

function Regression({ sets, common }: { sets: Sets; common: Common }) {
  const residuals = useMemo(() => prepareResiduals(sets), [sets]);
  const predicted = useMemo(() => preparePredicted(sets), [sets]);
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <Curve
        {...common}
        title="Residuals"
        file="residuals"
        note={against(sets, common.names, (s) => number(s.residuals?.mean), 'mean')}
        plane={residuals}
        without="All of them are alike, or none is a number."
      />
      <Curve
        {...common}
        title="Predicted and actual"
        file="predicted-actual"
        note="mean actual value by prediction"
        plane={predicted}
        without="No label of this range is a number."
      />
    </div>
  );
}

const labelled = (set: CurveSet | undefined): CurveSet | undefined => (set && set.labelled > 0 ? set : undefined);
/** One number of the curve; the reference's on hover, as there is no room for both. */
function against(sets: Sets, names: Common['names'], text: (set: CurveSet) => string, what: string) {
  return (
    <span data-tip={sets.reference && `${names.reference}: ${text(sets.reference)}`}>
      {what} {text(sets.current)}
    </span>
  );
}
