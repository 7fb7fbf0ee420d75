'use client';

import type { CheckName, CheckState } from '@plumbline/contracts';
import { useState } from 'react';
import { Badge, type Tone } from '@/components/Badge';
import { Button } from '@/components/Button';
import { Card } from '@/components/Card';
import type { IconName } from '@/components/icons';
import { Link } from '@/components/Link';
import { Empty } from '@/components/States';
import { type Column, Table } from '@/components/Table';
import { Ago, At } from '@/components/Time';
import type { ChecksAnswer } from '@/lib/api';
import { plural } from '@/lib/format';
import { paths } from '@/lib/paths';
import { ContractDrawer } from './ContractDrawer';

const NAMES: Record<CheckName, string> = {
  freshness: 'Freshness',
  volume: 'Volume',
  schema: 'Names and types',
  missing: 'Missing values',
  range: 'Range',
  new_categories: 'New categories',
  cardinality: 'Number of categories',
  constant: 'Became constant',
  outputs: 'Outputs',
  skew: 'Training-serving skew',
  latency: 'Latency',
  model_age: 'Model age',
  label_coverage: 'Label coverage',
};
const STATES: Record<CheckState['state'], { tone: Tone; icon: IconName; label: string; bar: string; rank: number }> = {
  bad: { tone: 'critical', icon: 'incident', label: 'Bad', bar: 'bg-critical h-full', rank: 0 },
  error: { tone: 'warning', icon: 'close', label: 'Error', bar: 'bg-warning h-2/3', rank: 1 },
  ok: { tone: 'ok', icon: 'check', label: 'OK', bar: 'bg-ok/60 h-2/5', rank: 3 },
  no_data: { tone: 'neutral', icon: 'slash', label: 'No data', bar: 'bg-line-strong h-1/5', rank: 2 },
  unknown: { tone: 'neutral', icon: 'circle', label: 'Not run yet', bar: 'bg-line-strong h-1/5', rank: 2 },
};
/** Looks that a strip of bars has room for. */
const LOOKS_SHOWN = 24;

const COLUMNS: Column<CheckState>[] = [
  {
    key: 'check',
    header: 'Check',
    sort: (c) => NAMES[c.check],
    csv: (c) => c.check,
    cell: (c) => (
      <Link className="font-medium hover:underline md:whitespace-nowrap" href={paths.monitor(c.monitor.id)}>
        {NAMES[c.check]}
      </Link>
    ),
  },
  {
    key: 'state',
    header: 'State',
    sort: (c) => STATES[c.state].rank,
    csv: (c) => c.state,
    className: 'whitespace-nowrap',
    cell: (c) => (
      <Badge tone={STATES[c.state].tone} icon={STATES[c.state].icon}>
        {STATES[c.state].label}
      </Badge>
    ),
  },
  {
    key: 'what',
    header: 'What',
    csv: (c) => c.message,
    narrow: 'wide',
    className: 'text-muted wrap-anywhere',
    cell: (c) => c.message,
  },
  {
    key: 'history',
    header: 'Last looks',
    tip: 'The last look of each hour, newest on the right',
    narrow: 'omit',
    cell: (c) => <Looks check={c} />,
  },
  {
    key: 'since',
    header: 'Since',
    sort: (c) => (c.since ? Date.parse(c.since) : null),
    csv: (c) => c.since,
    className: 'whitespace-nowrap',
    cell: (c) => (c.since ? <At at={c.since} /> : '–'),
  },
];

function Looks({ check }: { check: CheckState }) {
  const shown = check.history.slice(-LOOKS_SHOWN);
  const bad = shown.filter((h) => h.state === 'bad').length;
  return (
    <span
      role="img"
      aria-label={`${bad} of the last ${plural(shown.length, 'look')} bad`}
      className="flex h-4 w-24 items-end justify-end gap-px"
    >
      {shown.map((h) => (
        <span key={h.at} className={`w-[3px] rounded-xs ${STATES[h.state].bar}`} />
      ))}
    </span>
  );
}

/** What every data check of the model says, what is bad first. */
export function CheckStates({
  model,
  checks,
  contract,
}: { model: string } & Pick<ChecksAnswer, 'checks' | 'contract'>) {
  const [editing, setEditing] = useState(false);
  const rows = [...checks].sort((a, b) => STATES[a.state].rank - STATES[b.state].rank);
  return (
    <Card
      flush
      title="Data checks"
      note={<ContractNote contract={contract} />}
      actions={<Button onClick={() => setEditing(true)}>Contract</Button>}
    >
      <ContractDrawer model={model} open={editing} onClose={() => setEditing(false)} />
      {rows.length === 0 ? (
        <Empty compact icon="check" title="No monitor makes a data check">
          Every model gets them with its first events; somebody has deleted or disabled them.
        </Empty>
      ) : (
        <Table cards caption="Data checks" rows={rows} columns={COLUMNS} rowKey={(c) => `${c.monitor.id} ${c.check}`} />
      )}
    </Card>
  );
}

function ContractNote({ contract }: { contract: ChecksAnswer['contract'] }) {
  if (contract.origin === 'edited')
    return (
      <>
        contract of {plural(contract.features, 'feature')}, revision {contract.revision} by {contract.by}
        {contract.at && (
          <>
            {' '}
            <Ago at={contract.at} />
          </>
        )}
      </>
    );
  return contract.features === 0
    ? 'no contract yet: send the training set as a reference'
    : `contract of ${plural(contract.features, 'feature')}, inferred from the reference`;
}
