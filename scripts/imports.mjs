// Imports go downward only: apps → capabilities → stores → foundations. Capabilities do not know each other.
import { readdirSync, readFileSync } from 'node:fs';
import { ROOT } from './run.mjs';

const LAYERS = {
  foundations: ['contracts', 'config', 'stats', 'tables'],
  stores: ['clickhouse', 'control', 'queue', 'rows'],
  capabilities: [
    'access',
    'ingestion',
    'labels',
    'windows',
    'drift',
    'slices',
    'monitors',
    'alerts',
    'exports',
    'reviews',
  ],
  runtime: ['runtime'],
  installed: ['sdk'],
  tests: ['testkit'],
};
const MAY_IMPORT = {
  foundations: [],
  stores: ['foundations', 'stores'],
  capabilities: ['foundations', 'stores'],
  runtime: ['foundations', 'stores', 'capabilities'],
  installed: [],
  tests: ['foundations', 'stores', 'capabilities', 'runtime'],
};
const layerOf = (lib) => Object.keys(LAYERS).find((layer) => LAYERS[layer].includes(lib));

/** Sentences about imports that go the wrong way. */
export function checkImports() {
  const wrong = [];
  for (const lib of readdirSync(`${ROOT}libs`)) {
    const layer = layerOf(lib);
    if (!layer) {
      if (lib !== 'sdk-python') wrong.push(`libs/${lib} belongs to no layer: add it to scripts/imports.mjs.`);
      continue;
    }
    for (const file of sources(`${ROOT}libs/${lib}/src`)) {
      if (file.includes('.test.')) continue;
      for (const [, target] of readFileSync(file, 'utf8').matchAll(/from '@plumbline\/([\w-]+)'/g)) {
        if (target === lib || MAY_IMPORT[layer].includes(layerOf(target))) continue;
        wrong.push(
          `${file.slice(ROOT.length)} (${layer}) imports @plumbline/${target} (${layerOf(target) ?? 'an app'}). Let the app that uses both hand it in, or move what they share into a lower library.`,
        );
      }
    }
  }
  return wrong;
}

function sources(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory()
      ? sources(`${folder}/${entry.name}`)
      : /\.tsx?$/.test(entry.name)
        ? [`${folder}/${entry.name}`]
        : [],
  );
}
