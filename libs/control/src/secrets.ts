import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '@plumbline/config';

/** Encrypts what must come back (channel configs) and signs what must not be forged (sessions). */
export type Secrets = {
  seal(plain: string): string;
  open(sealed: string): string;
  sign(text: string): string;
  verify(text: string, signature: string): boolean;
  /** A secret of its own for one purpose. */
  derive(purpose: string): string;
};

export function createSecrets(master: string): Secrets {
  const key = Buffer.from(hkdfSync('sha256', master, 'plumbline', 'seal', 32));
  const signingKey = Buffer.from(hkdfSync('sha256', master, 'plumbline', 'sign', 32));
  const sign = (text: string) => createHmac('sha256', signingKey).update(text).digest('base64url');
  return {
    derive: (purpose) => Buffer.from(hkdfSync('sha256', master, 'plumbline', purpose, 32)).toString('hex'),
    seal(plain) {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, iv);
      const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return `v1.${Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url')}`;
    },
    open(sealed) {
      const raw = Buffer.from(sealed.slice(3), 'base64url');
      const decipher = createDecipheriv('aes-256-gcm', key, raw.subarray(0, 12));
      decipher.setAuthTag(raw.subarray(12, 28));
      return Buffer.concat([decipher.update(raw.subarray(28)), decipher.final()]).toString('utf8');
    },
    sign,
    verify(text, signature) {
      const want = Buffer.from(sign(text));
      const got = Buffer.from(signature);
      return want.length === got.length && timingSafeEqual(want, got);
    },
  };
}

/** The configured secret; embedded, one made at first start and kept in the data folder for this user alone. */
export function loadSecrets(config: Config): Secrets {
  if (config.PLUMBLINE_SECRET_KEY) return createSecrets(config.PLUMBLINE_SECRET_KEY);
  if (config.DATABASE_URL)
    throw new Error(
      'PLUMBLINE_SECRET_KEY must be set when DATABASE_URL is: every process needs the same one. Make one with: openssl rand -hex 32',
    );
  const file = join(config.PLUMBLINE_DATA_DIR, 'secret.key');
  if (!existsSync(file)) {
    mkdirSync(config.PLUMBLINE_DATA_DIR, { recursive: true });
    writeFileSync(file, randomBytes(32).toString('hex'), { mode: 0o600 });
  }
  return createSecrets(readFileSync(file, 'utf8'));
}
