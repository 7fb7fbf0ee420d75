import type { Metadata } from 'next';
import { EditMonitor } from './EditMonitor';

export const metadata: Metadata = { title: 'Change a monitor' };

export default async function EditMonitorPage({ params }: { params: Promise<{ id: string }> }) {
  return <EditMonitor id={decodeURIComponent((await params).id)} />;
}
