'use client';

import { useQuery } from '@tanstack/react-query';
import { Loaded, Skeleton } from '@/components/States';
import { queries } from '@/lib/queries';
import { Editor } from '../../edit/Editor';

export function EditMonitor({ id }: { id: string }) {
  const query = useQuery({ ...queries.monitor(id), staleTime: Number.POSITIVE_INFINITY });
  return (
    <Loaded framed query={query} skeleton={<Skeleton className="h-96 w-full" />}>
      {(monitor) => <Editor key={monitor.id} monitor={monitor} />}
    </Loaded>
  );
}
