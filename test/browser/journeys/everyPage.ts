import { AxeBuilder } from '@axe-core/playwright';
import { describe, expect, it } from 'vitest';
import { Client } from '../../e2e/client.js';
import { PHONE } from '../chromium.js';
import type { RunningDemo } from '../demo.js';
import { pagesOf } from '../pages.js';
import { overflowOf, visit } from '../visit.js';

const GRAVE = new Set(['serious', 'critical']);

/** What holds for every page there is. */
export const everyPage = (demo: () => RunningDemo) =>
  describe('every page', () => {
    const pages = () => pagesOf(new Client(demo().url, demo().key));

    it.each(['light', 'dark'] as const)(
      'has nothing that axe calls serious, %s',
      async (colorScheme) => {
        await visit(
          demo(),
          async ({ page, go }) => {
            const found: string[] = [];
            for (const { name, path } of await pages()) {
              await go(path);
              const { violations } = await new AxeBuilder({ page }).analyze();
              for (const { id, impact, nodes } of violations)
                if (GRAVE.has(impact ?? ''))
                  found.push(
                    `${name}: ${id} (${nodes.length}): ${nodes[0]?.html.slice(0, 160)} ${nodes[0]?.failureSummary ?? ''}`,
                  );
            }
            expect(found).toEqual([]);
          },
          { colorScheme, mayComplain: true, bypassCSP: true },
        );
      },
      400_000,
    );

    it('fits a phone', async () => {
      await visit(
        demo(),
        async ({ page, go }) => {
          const wide: string[] = [];
          for (const { name, path } of await pages()) {
            await go(path);
            if ((await overflowOf(page)) > 0) wide.push(name);
          }
          expect(wide).toEqual([]);
        },
        { viewport: PHONE, mayComplain: true },
      );
    }, 400_000);

    it('asks at most three times for its data, and complains about nothing', async () => {
      await visit(demo(), async ({ page, go }) => {
        const many: string[] = [];
        for (const { name, path } of await pages()) {
          if (name === 'not-found') continue;
          let asked = 0;
          const count = (request: { url(): string }) => {
            const { pathname } = new URL(request.url());
            if (pathname.startsWith('/api/') && pathname !== '/api/v1/stream') asked++;
          };
          page.on('request', count);
          await go(path);
          page.off('request', count);
          if (asked > 3) many.push(`${name}: ${asked}`);
        }
        expect(many).toEqual([]);
      });
    }, 400_000);

    it('lets no script in that is not its own', async () => {
      const { headers } = await fetch(`${demo().url}/login`);
      const policy = headers.get('content-security-policy') ?? '';
      const scripts = /script-src ([^;]+)/.exec(policy)?.[1] ?? '';
      expect(scripts).toContain("'nonce-");
      expect(scripts).not.toContain('unsafe-inline');
      for (const rule of ["object-src 'none'", "frame-ancestors 'none'", "base-uri 'self'"])
        expect(policy).toContain(rule);
    });
  });
