import { PlumblineError } from '@plumbline/contracts';

/** Cursors of these lists are times: of a window, or of computing. */
export function timeOf(cursor: string | undefined): number | null {
  if (cursor === undefined) return null;
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor);
  throw new PlumblineError(
    'invalid_request',
    'cursor is not one of ours: send next_cursor of the page before, unchanged.',
  );
}
