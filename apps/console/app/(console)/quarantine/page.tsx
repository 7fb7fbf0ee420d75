import type { Metadata } from 'next';
import { PageHeader } from '@/shell/PageHeader';
import { Quarantine } from './Quarantine';

export const metadata: Metadata = { title: 'Quarantine' };
export default function Page() {
  return (
    <>
      <PageHeader title="Quarantine">
        Events that were refused, as they were sent, for 30 days. After a fix they can be sent through again; one that
        is taken counts like any other.
      </PageHeader>
      <Quarantine />
    </>
  );
}
