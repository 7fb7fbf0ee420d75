import { PlumblineError } from '@plumbline/contracts';

const TIMEOUT = /TIMEOUT_EXCEEDED|Timeout exceeded/;
const MEMORY = /MEMORY_LIMIT_EXCEEDED|Memory limit/;
const FULL = /NOT_ENOUGH_SPACE|ENOSPC|No space left on device/;
const AWAY =
  /ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EPIPE|socket hang up|Timeout error|aborted a request|Bad Gateway|Service Unavailable|Gateway Time/;
/** The server is there and cannot take it now: too many queries or parts, a replica without its Keeper or its quorum. */
const BUSY_CODES = new Set(['202', '209', '210', '225', '242', '252', '285', '319', '999']);
/** Codes of errors that the data of an insert causes: parsing, conversion, ranges. Retrying the same rows cannot help. */
const DATA_CODES = new Set([
  '6',
  '27',
  '26',
  '25',
  '38',
  '41',
  '53',
  '69',
  '70',
  '117',
  '131',
  '190',
  '321',
  '349',
  '441',
]);

const codeOf = (error: unknown): string => {
  const e = error as { code?: unknown; clickhouseCode?: unknown; message?: string };
  const code = String(e?.clickhouseCode ?? e?.code ?? '');
  return /^\d+$/.test(code) ? code : (/Code: (\d+)/.exec(e?.message ?? '')?.[1] ?? code);
};

/** True when the rows themselves are at fault, so that the caller may bisect and quarantine. */
export const isDataError = (error: unknown): boolean =>
  DATA_CODES.has(codeOf(error instanceof PlumblineError ? error.more.cause : error));

/** Turns what the engine says into an answer that tells the caller what to do; SQL never leaves the server. */
export function storeError(error: unknown): PlumblineError {
  if (error instanceof PlumblineError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (TIMEOUT.test(message) || codeOf(error) === '159')
    return new PlumblineError(
      'query_too_heavy',
      'The question took too long. Ask for a shorter range or a coarser granularity.',
      { cause: error, retryAfterS: 5 },
    );
  if (MEMORY.test(message) || codeOf(error) === '241')
    return new PlumblineError(
      'query_too_heavy',
      'The question needs too much memory. Ask for a shorter range or fewer groups.',
      { cause: error, retryAfterS: 5 },
    );
  const code = codeOf(error);
  if (code === '243' || FULL.test(message))
    return new PlumblineError('store_full', 'The disk of ClickHouse is full. Free space there, then try again.', {
      cause: error,
      retryAfterS: 60,
    });
  if (AWAY.test(`${message} ${code}`) || BUSY_CODES.has(code))
    return new PlumblineError('store_unavailable', 'ClickHouse cannot be reached or is too busy. Try again shortly.', {
      cause: error,
      retryAfterS: 2,
    });
  return new PlumblineError('internal', 'The event store refused the statement; the log has the reason.', {
    cause: error,
  });
}
