import { describe } from 'vitest';
import { everyPage } from './journeys/everyPage.js';
import { keyboard } from './journeys/keyboard.js';
import { oncall } from './journeys/oncall.js';
import { owner } from './journeys/owner.js';
import { trouble } from './journeys/trouble.js';

const demo = { url: 'http://127.0.0.1:4150', key: 'local-admin-key-123456' } as never;
describe('zz', { timeout: 60_000 }, () => {
  for (const j of [oncall, owner, trouble, keyboard, everyPage]) j(() => demo);
});
