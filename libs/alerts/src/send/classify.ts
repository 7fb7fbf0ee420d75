import { STATUS_CODES } from 'node:http';
import type { VendorRequest } from '../render/request.js';
import { cut, oneLine } from '../render/text.js';

/** What came back from one POST, before anybody judged it. */
export type Exchange =
  | { kind: 'answered'; status: number; retryAfter?: string; location?: string; body: string }
  /** The network or the time limit: nobody knows whether it arrived. */
  | { kind: 'failed'; why: string }
  /** Never sent, and a retry would not be either. */
  | { kind: 'refused'; why: string };

export type PostResult = {
  /** `dead`: no retry will help, a person has to change the channel. */
  outcome: 'sent' | 'retry' | 'dead';
  status: number | null;
  /** How long the vendor asked us to wait. */
  retryAfterMs?: number;
  /** One line for people: the vendor's own words, or what went wrong. Holds no secrets. */
  answer: string;
  /** The vendor's name for the message, where it gives one. */
  receipt?: string;
  /** The message that was to be changed cannot be: tell it anew. */
  notEditable?: boolean;
};

const ANSWER_MAX = 500;
const RETRY_AFTER_MAX_MS = 3_600_000;
const PASSING = new Set([408, 425, 429]);

export function classify(exchange: Exchange, nowMs: number, read?: VendorRequest['read']): PostResult {
  if (exchange.kind === 'failed') return { outcome: 'retry', status: null, answer: line(exchange.why) };
  if (exchange.kind === 'refused') return { outcome: 'dead', status: null, answer: line(exchange.why) };
  const { status, body } = exchange;
  const name = `${status} ${STATUS_CODES[status] ?? ''}`.trim();
  if (status >= 200 && status < 300 && read) {
    const said = read(body);
    return { ...said, status, answer: line(said.answer) };
  }
  if (status >= 200 && status < 300) return { outcome: 'sent', status, answer: line(body) || name };
  if (status >= 300 && status < 400) {
    const to = exchange.location && URL.canParse(exchange.location) ? ` to ${new URL(exchange.location).origin}` : '';
    const answer = `${name}: redirects are not followed${to}; put the final address into the channel`;
    return { outcome: 'dead', status, answer: line(answer) };
  }
  const answer = line(oneLine(body) ? `${name}: ${body}` : name);
  if (!PASSING.has(status) && status < 500) return { outcome: 'dead', status, answer };
  const retryAfterMs = parseRetryAfter(exchange.retryAfter, nowMs);
  return { outcome: 'retry', status, ...(retryAfterMs !== undefined && { retryAfterMs }), answer };
}

const line = (text: string) => cut(oneLine(text), ANSWER_MAX);

/** `Retry-After` in seconds or as an HTTP date, at most an hour; undefined if it says neither. */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  const text = value?.trim() ?? '';
  const ms = /^\d+(\.\d+)?$/.test(text)
    ? Number(text) * 1000
    : /^[A-Za-z]{3}/.test(text)
      ? Date.parse(text) - nowMs
      : NaN;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, Math.round(ms)), RETRY_AFTER_MAX_MS);
}
