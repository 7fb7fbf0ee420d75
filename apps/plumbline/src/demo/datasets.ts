import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';

const FOLDER = new URL('../../data/', import.meta.url);

export type Prediction = {
  prediction_id: string;
  ts: string;
  model_version: string;
  features: Record<string, unknown>;
  prediction: Record<string, unknown>;
  label?: unknown;
};
export type Outcome = { prediction_id: string; ts: string; label: string | number };

/** A labelled stream of real data and what really happens in it. */
export type Dataset = {
  /** File names start with this. */
  file: string;
  model: string;
  declaration: Record<string, unknown>;
  /** What Plumbline must find in it by itself; checked by `demo --once`. */
  expected: {
    family: 'performance' | 'drift' | 'data';
    subjects: string[];
    slice?: { field: string; value: string };
    because: string;
  }[];
};

/** In the last days the values of this channel come from a changed upstream job: limits in cents, incomes lost. */
export const FAULT = {
  file: 'credit_card',
  days: 4,
  field: 'app_channel',
  value: 'store',
  unit: { feature: 'requested_credit_limit', factor: 100 },
  missing: 'stated_income',
};

const categorical = (...names: string[]) => Object.fromEntries(names.map((n) => [n, { type: 'categorical' }]));
const numeric = (...names: string[]) => Object.fromEntries(names.map((n) => [n, { type: 'numeric' }]));

export const DATASETS: Dataset[] = [
  {
    file: 'bike',
    model: 'bike-demand',
    declaration: {
      task: 'regression',
      primary_metric: 'mae',
      granularity: '7d',
      description:
        'Hourly bike rentals in Washington D.C. (UCI Bike Sharing). Trained on 2011; in 2012 ridership grew by about 65 %, which the model does not know.',
      features: {
        ...numeric('hr', 'temp', 'atemp', 'hum', 'windspeed'),
        ...categorical('season', 'mnth', 'holiday', 'weekday', 'workingday', 'weathersit'),
      },
    },
    expected: [{ family: 'performance', subjects: ['mae'], because: 'ridership grew and the model does not know it' }],
  },
  {
    file: 'car_loan',
    model: 'car-loan',
    declaration: {
      task: 'binary',
      positive_class: '1',
      classes: ['0', '1'],
      granularity: '1d',
      description: 'Will a car loan be repaid? (NannyML, synthetic.) Half-way through the applicants change.',
      features: {
        ...numeric('car_value', 'debt_to_income_ratio', 'loan_length', 'driver_tenure'),
        ...categorical('salary_range', 'size_of_downpayment'),
        repaid_loan_on_prev_car: { type: 'boolean' },
      },
    },
    expected: [
      {
        family: 'drift',
        subjects: ['car_value', 'loan_length', 'repaid_loan_on_prev_car', 'salary_range'],
        because: 'the applicants changed half-way through',
      },
    ],
  },
  {
    file: 'credit_card',
    model: 'credit-card',
    declaration: {
      task: 'multiclass',
      classes: ['highstreet_card', 'prepaid_card', 'upmarket_card'],
      granularity: '1d',
      description:
        'Which credit card will a customer take? (NannyML, synthetic.) Half-way through accuracy falls from 0.75 to 0.56.',
      features: {
        ...numeric('app_behavioral_score', 'credit_bureau_score'),
        requested_credit_limit: { type: 'numeric', source: 'channel gateway' },
        stated_income: { type: 'numeric', source: 'channel gateway' },
        ...categorical('acq_channel', 'app_channel'),
        is_customer: { type: 'boolean' },
      },
    },
    expected: [
      { family: 'performance', subjects: ['accuracy'], because: 'the known break half-way through the data' },
      {
        family: 'data',
        subjects: [FAULT.missing],
        slice: { field: `features.${FAULT.field}`, value: FAULT.value },
        because: 'the planted fault: incomes lost in one channel',
      },
      {
        family: 'drift',
        subjects: [FAULT.unit.feature],
        slice: { field: `features.${FAULT.field}`, value: FAULT.value },
        because: 'the planted fault: limits in cents in one channel',
      },
    ],
  },
];

export const dataFile = (file: string, kind: 'predictions' | 'outcomes' | 'reference'): URL =>
  new URL(`${file}.${kind}.ndjson.gz`, FOLDER);

/** Lines of a bundled file, parsed one by one. */
export async function* readLines<T>(file: string, kind: 'predictions' | 'outcomes' | 'reference'): AsyncGenerator<T> {
  for await (const line of createInterface({
    input: createReadStream(dataFile(file, kind)).pipe(createGunzip()),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    if (line) yield JSON.parse(line) as T;
  }
}

/** The fault as an upstream job would cause it: only for one value of one feature, only in the last days. */
export function withFault(p: Prediction, file: string, faultFromMs: number): Prediction {
  if (file !== FAULT.file || Date.parse(p.ts) < faultFromMs || p.features[FAULT.field] !== FAULT.value) return p;
  const limit = p.features[FAULT.unit.feature];
  return {
    ...p,
    features: {
      ...p.features,
      [FAULT.unit.feature]: typeof limit === 'number' ? limit * FAULT.unit.factor : limit,
      [FAULT.missing]: null,
    },
  };
}
