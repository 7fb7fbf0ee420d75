import { firstPaths } from '@/lib/first';

/**
 * Asks from within the document what its page will ask first, while the scripts that will ask are still on their way: `batch.ts`
 * hands the answers out. Inserted by a navigation it does not run, and is not needed.
 */
export function AskFirst({ pathname, nonce }: { pathname: string; nonce?: string }) {
  const paths = firstPaths(pathname);
  const init = {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ requests: paths.map((path) => ({ method: 'GET', path: `/v1${path}` })) }),
  };
  const script = `plumblineFirst={paths:${text(paths)},answer:fetch('/api/v1/batch',${text(init)})};plumblineFirst.answer.catch(function(){})`;
  // biome-ignore lint/security/noDangerouslySetInnerHtml: JSON in which nothing can end the script, under the nonce of the page.
  return <script nonce={nonce} suppressHydrationWarning dangerouslySetInnerHTML={{ __html: script }} />;
}

/** JSON that may stand in a script. */
const text = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');
