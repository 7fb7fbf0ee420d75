import type { Metadata } from 'next';
import { Monitor } from './Monitor';

export const metadata: Metadata = { title: 'Monitor' };

export default async function MonitorPage({ params }: { params: Promise<{ id: string }> }) {
  return <Monitor id={decodeURIComponent((await params).id)} />;
}
