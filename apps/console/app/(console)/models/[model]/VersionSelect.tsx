'use client';

import type { ModelView } from '@plumbline/contracts';
import { Select } from '@/components/Segmented';
import { parseVersion, type VersionChoice, versionParam } from './search-params';
import type { ViewState } from './useView';

/** Rows of which version; only where there are several. `split`: each on its own may be chosen too. */
export function VersionSelect({ model, view, split = false }: { model: ModelView; view: ViewState; split?: boolean }) {
  const choice = parseVersion(view.params.get('version'));
  if (model.versions.length < 2 && choice.kind !== 'one') return null;
  return (
    <Select
      label="Version"
      value={choice.kind === 'split' && !split ? '' : (versionParam(choice) ?? '')}
      options={options(model, choice, split)}
      onChange={(raw) => view.set({ version: raw || null })}
    />
  );
}

function options(model: ModelView, choice: VersionChoice, split: boolean) {
  const named = model.versions.map((v) => v.version);
  if (choice.kind === 'one' && !named.includes(choice.version)) named.push(choice.version);
  return [
    { value: '', label: 'All together' },
    ...(split ? [{ value: '*', label: 'Each on its own' }] : []),
    ...named
      .reverse()
      .map((version) => ({ value: versionParam({ kind: 'one', version })!, label: version || '(none)' })),
  ];
}
