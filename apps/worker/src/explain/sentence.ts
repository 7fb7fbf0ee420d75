import type { Explanation } from '@plumbline/contracts';

type Said = Pick<Explanation, 'metric' | 'loss' | 'change' | 'onset' | 'slices' | 'moved' | 'source'>;

const SHARES =
  /^(accuracy|error_rate|precision|recall|specificity|f1|base_rate|predicted_positive_rate|missing|label_coverage|ece)/;
/** From these shares of the excess on a slice is nearly all, or most of it. */
const ALL = 0.995;
const ALMOST_ALL = 0.8;
const MOST = 0.5;

/** Pure: what happened, where, and what goes along with it, in one sentence. */
export function sentenceOf(e: Said): string {
  return [changeText(e), placeText(e), causeText(e)].filter(Boolean).join(', ');
}

function changeText({ metric, loss, change, onset }: Said): string {
  const since = onset ? ` since ${minute(onset.at)} UTC` : '';
  const { value, before } = change;
  if (value === null) return `${metric} changed${since}`;
  if (loss === 'missing') {
    const instead = before === null ? '' : ` instead of ${percent(before)}`;
    return `${metric} is missing in ${percent(value)} of the rows${instead}${since}`;
  }
  if (loss === 'volume') return `${percent(value)} of the expected predictions are lacking${since}`;
  if (before === null || before === value) return `${metric} is ${values(metric, value)[0]}`;
  const [was, is] = values(metric, before, value);
  return `${metric} ${value < before ? 'fell' : 'rose'} from ${was} to ${is}${since}`;
}

/** Both as finely as it takes to tell them apart. */
function values(metric: string, ...given: number[]): string[] {
  if (!SHARES.test(metric)) return given.map((v) => String(Number(v.toPrecision(3))));
  const coarse = given.map((v) => Math.round(100 * v));
  const apart = given.length < 2 || Math.abs(coarse[0]! - coarse[1]!) >= 2;
  return apart ? coarse.map((v) => `${v} %`) : given.map((v) => `${(100 * v).toFixed(1)} %`);
}

function placeText({ loss, slices, change }: Said): string {
  const [worst] = slices;
  if (!worst) return '';
  const explains = worst.explains === null ? null : Math.min(1, worst.explains);
  const part = explains === null ? '' : `, ${percent(explains)} of ${amount(loss, change.before !== null)}`;
  return `${howMuch(explains)} in ${worst.text} (${percent(worst.share)} of traffic${part})`;
}

function amount(loss: Said['loss'], grew: boolean): string {
  if (loss === 'missing') return 'the missing values';
  if (loss === 'volume') return 'what is lacking';
  return `the ${grew ? 'excess ' : ''}${loss === 'error' ? 'errors' : 'loss'}`;
}

function howMuch(explains: number | null): string {
  if (explains === null || explains < MOST) return 'worst';
  if (explains >= ALL) return 'all of it';
  return explains >= ALMOST_ALL ? 'almost all of it' : 'most of it';
}

function causeText({ moved, slices, onset, source, loss }: Said): string {
  const [first] = moved;
  if (!first) return loss === 'missing' && source ? `source ${source.name}` : '';
  const name = first.field.replace(/^features\./, '');
  const begun = first.since === null ? '' : ` since ${later(first.since, onset?.at ?? null)}`;
  const what = first.what === 'missing' ? `is missing${begun}` : 'moved';
  return `${slices.length > 0 ? 'where' : 'while'} feature ${name} ${what}${first.source ? `, source ${first.source}` : ''}`;
}

const minute = (iso: string): string => iso.slice(0, 16).replace('T', ' ');
/** Of the same day only the time. */
const later = (iso: string, beside: string | null): string =>
  beside !== null && iso.slice(0, 10) === beside.slice(0, 10) ? iso.slice(11, 16) : `${minute(iso)} UTC`;

/** As a share for people: 4 %, 83 %, 0.4 %. */
export function percent(share: number): string {
  const p = 100 * share;
  if (p >= 9.95 || p === 0) return `${Math.round(p)} %`;
  return `${Number(p.toPrecision(p >= 1 ? 2 : 1))} %`;
}
