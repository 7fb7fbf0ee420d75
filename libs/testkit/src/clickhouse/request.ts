import type { IncomingMessage } from 'node:http';

/** One request, taken apart: the statement, the rows that came with it, and what it sets for itself. */
export type Asked = {
  sql: string;
  data: Buffer;
  format: string;
  database: string;
  queryId: string;
  settings: [string, string][];
  /** As sent, in the escaped text form in which the engine takes them. */
  params: [string, string][];
};

/** `http_max_field_value_size`: of one parameter, as written in the address or in a part. */
const FIELD_BYTES_MAX = 131_072;
/** Known to the HTTP interface and not to the engine. */
const HTTP_ONLY = new Set(['wait_end_of_query', 'send_progress_in_http_headers', 'enable_http_compression']);

export async function readAsked(request: IncomingMessage): Promise<Asked> {
  const raw = new URL(request.url ?? '/', 'http://localhost').search.slice(1);
  const fields = raw.split('&').filter(Boolean).map(field);
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  let data: Buffer = Buffer.concat(chunks);
  const boundary = /^multipart\/form-data; boundary=(.+)$/.exec(request.headers['content-type'] ?? '')?.[1];
  if (boundary) {
    fields.push(...parts(data.toString('utf8'), boundary));
    data = Buffer.alloc(0);
  }
  const asked: Asked = { sql: '', data, format: '', database: '', queryId: '', settings: [], params: [] };
  for (const [name, value] of fields) {
    if (name === 'query') asked.sql = value;
    else if (name === 'query_id') asked.queryId = value;
    else if (name === 'database') asked.database = value;
    else if (name === 'default_format') asked.format = value;
    else if (name.startsWith('param_')) asked.params.push([name.slice('param_'.length), value]);
    else if (!HTTP_ONLY.has(name)) asked.settings.push([name, value]);
  }
  // Without a statement in the address the body is the statement.
  if (!asked.sql) return { ...asked, sql: data.toString('utf8'), data: Buffer.alloc(0), format: asked.format || 'TSV' };
  return { ...asked, format: asked.format || 'TSV' };
}

function field(text: string): [string, string] {
  const [name = '', value = ''] = text.split(/=(.*)/s);
  const decode = (s: string) => decodeURIComponent(s.replaceAll('+', ' '));
  return [decode(name), decode(bounded(value))];
}

function bounded(value: string): string {
  if (Buffer.byteLength(value) > FIELD_BYTES_MAX)
    throw new Error('Poco::Exception. Code: 1000, e.code() = 0, HTML Form Exception: Field value too long');
  return value;
}

const parts = (text: string, boundary: string): [string, string][] =>
  text
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => {
      const [head = '', value = ''] = part.split(/\r\n\r\n(.*)\r\n$/s);
      return [/name="([^"]*)"/.exec(head)?.[1] ?? '', bounded(value)];
    });
