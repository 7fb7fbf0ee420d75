import { describe, expect, it } from 'vitest';
import { loadConfig } from './config.js';

describe('loadConfig', () => {
  it('has a default for everything', () => {
    const config = loadConfig({});
    expect(config.PLUMBLINE_PORT).toBe(4000);
    expect(config.PLUMBLINE_ALLOW_PRIVATE_TARGETS).toEqual([]);
  });

  it('reports every mistake at once and never shows a secret', () => {
    const load = () =>
      loadConfig({ PLUMBLINE_PORT: '99999', PLUMBLINE_ADMIN_KEY: 'short', CLICKHOUSE_URL: 'nonsense' });
    expect(load).toThrow(/PLUMBLINE_PORT/);
    expect(load).toThrow(/PLUMBLINE_ADMIN_KEY needs 16 characters or more/);
    expect(load).toThrow(/CLICKHOUSE_URL must be a URL/);
    expect(load).not.toThrow(/short\b/);
  });

  it('refuses a variable that does not exist, because it is most likely a typo', () => {
    expect(() => loadConfig({ PLUMBLINE_PROT: '4000' })).toThrow(/PLUMBLINE_PROT/);
  });

  it('lets options win over the environment', () => {
    expect(loadConfig({ PLUMBLINE_PORT: '1' }, { PLUMBLINE_PORT: '2' }).PLUMBLINE_PORT).toBe(2);
  });
});
