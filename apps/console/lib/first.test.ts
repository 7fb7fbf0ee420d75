import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { firstPaths } from './first';

beforeEach(() => vi.resetModules());
afterEach(() => {
  vi.unstubAllGlobals();
  globalThis.plumblineFirst = undefined;
});

/** As the document leaves it: what it asked, answered by the path itself. */
const asked = (pathname: string) => {
  const paths = firstPaths(pathname);
  const lines = paths.map((path, index) => JSON.stringify({ index, status: 200, body: path }));
  globalThis.plumblineFirst = { paths, answer: Promise.resolve(new Response(lines.join('\n'))) };
  const fetched = vi.fn(async () => new Response('{"index":0,"status":200,"body":"again"}\n'));
  vi.stubGlobal('fetch', fetched);
  return fetched;
};

describe('what the document asks first', () => {
  it('is what the page of a model asks, so that nothing is asked twice', async () => {
    const fetched = asked('/models/fraud%20eu/drift');
    const { api } = await import('./api');
    const name = 'fraud eu';
    const all = [api.session(), api.models(), api.openIncidents(undefined)];
    await Promise.all([...all, api.model(name), api.references(name), api.openIncidents(name)]);
    expect(fetched).not.toHaveBeenCalled();
    expect(await api.model(name)).toBe('again');
    expect(fetched).toHaveBeenCalledTimes(1);
  });

  it('is what the overview and the page of an incident ask', async () => {
    const overview = asked('/');
    const { api } = await import('./api');
    await Promise.all([api.session(), api.models(), api.openIncidents(undefined), api.overview()]);
    expect(overview).not.toHaveBeenCalled();
    vi.resetModules();
    const incident = asked('/incidents/inc_1');
    const again = await import('./api');
    await Promise.all([again.api.session(), again.api.incident('inc_1')]);
    expect(incident).not.toHaveBeenCalled();
  });

  it('survives an address that is none, and says of a failed request what became of it', async () => {
    expect(firstPaths('/models/%E0%A4%A')).toContain('/models/%25E0%25A4%25A');
    globalThis.plumblineFirst = { paths: ['/session'], answer: Promise.reject(new TypeError('down')) };
    const { api } = await import('./api');
    await expect(api.session()).rejects.toMatchObject({ code: 'unreachable' });
  });
});
