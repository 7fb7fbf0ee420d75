import { PlumblineError } from '@plumbline/contracts';

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The id after which a page goes on. Throws `invalid_request` for what is none. */
export function idOf(cursor: string | undefined): string | undefined {
  if (cursor === undefined || ID.test(cursor)) return cursor;
  throw new PlumblineError(
    'invalid_request',
    'cursor is not one of ours: send next_cursor of the page before, unchanged.',
  );
}
