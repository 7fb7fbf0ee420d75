import { execFileSync, spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

/** The tests of the Python SDK are Python; this runs them with all the others. */

/** The one that has numpy and pandas, if there is one: Debian installs them for its own, which need not be the first on the path. */
const PYTHON = ['python3', '/usr/bin/python3'].find(readsFrames) ?? 'python3';
/** 5 s when nothing else runs, 30 s beside all the others. */
const WITHIN_MS = 120_000;
const ENV = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };

function readsFrames(python: string): boolean {
  return spawnSync(python, ['-c', 'import numpy, pandas']).status === 0;
}

function pythonVersion(): string {
  const asked = spawnSync(PYTHON, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], { encoding: 'utf8' });
  return asked.status === 0 ? asked.stdout.trim() : '';
}

it('python3 is here and is 3.9 or newer', () => {
  const [major = 0, minor = 0] = pythonVersion().split('.').map(Number);
  expect(
    major * 100 + minor,
    `the Python SDK is tested with ${PYTHON} >= 3.9, found ${pythonVersion() || 'none'}: install it (Debian: apt-get install python3)`,
  ).toBeGreaterThanOrEqual(309);
});

it('compiles without a warning', () => {
  const compile =
    'import pathlib, sys\nfor f in sorted(pathlib.Path(".").rglob("*.py")): compile(f.read_bytes(), str(f), "exec")';
  execFileSync(PYTHON, ['-W', 'error', '-c', compile], { cwd: import.meta.dirname, env: ENV });
});

it(
  'passes its own tests',
  () => {
    const run = spawnSync(PYTHON, ['-W', 'error::ResourceWarning', '-m', 'unittest', 'discover', '-s', 'tests'], {
      cwd: import.meta.dirname,
      env: ENV,
      encoding: 'utf8',
      timeout: WITHIN_MS,
    });
    expect(run.status, run.error?.message ?? run.stderr.slice(-6_000)).toBe(0);
    expect(Number(/Ran (\d+) tests/.exec(run.stderr)?.[1])).toBeGreaterThan(60);
  },
  WITHIN_MS,
);
