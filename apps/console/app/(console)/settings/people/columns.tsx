import type { PersonView } from '@plumbline/contracts';
import { Badge } from '@/components/Badge';
import { Button } from '@/components/Button';
import type { Column } from '@/components/Table';
import { Ago } from '@/components/Time';

export const ROLE_LABEL = { viewer: 'Viewer', editor: 'Editor', admin: 'Admin' } as const;
const RANK = { admin: 0, editor: 1, viewer: 2 } as const;

export function columnsOf(
  may: boolean,
  me: string | undefined,
  change: (person: PersonView) => void,
): Column<PersonView>[] {
  const columns: Column<PersonView>[] = [
    {
      key: 'name',
      header: 'Name',
      narrow: 'wide',
      sort: (p) => p.name.toLowerCase(),
      cell: (p) => (
        <div className={`min-w-0 ${p.disabled ? 'opacity-70' : ''}`}>
          <p className="flex items-center gap-2 font-medium">
            <span className="min-w-0 break-words">{p.name}</span>
            {p.id === me && <Badge tone="accent">you</Badge>}
            {p.disabled && (
              <Badge icon="slash" tip="May not come in">
                Disabled
              </Badge>
            )}
          </p>
          <p className="text-xs break-all text-faint">{p.email}</p>
        </div>
      ),
    },
    { key: 'role', header: 'Role', sort: (p) => RANK[p.role], cell: (p) => ROLE_LABEL[p.role] },
    {
      key: 'joined',
      header: 'Joined',
      sort: (p) => Date.parse(p.joined_at),
      className: 'text-muted whitespace-nowrap',
      cell: (p) => <Ago at={p.joined_at} />,
    },
    {
      key: 'seen',
      header: 'Last here',
      tip: 'Of those who are signed in; to a few minutes',
      sort: (p) => (p.last_seen_at ? Date.parse(p.last_seen_at) : null),
      className: 'text-muted whitespace-nowrap',
      cell: (p) => (p.last_seen_at ? <Ago at={p.last_seen_at} /> : 'not signed in'),
    },
  ];
  if (may)
    columns.push({
      key: 'change',
      header: '',
      align: 'right',
      cell: (p) => <Button onClick={() => change(p)}>Change</Button>,
    });
  return columns;
}
