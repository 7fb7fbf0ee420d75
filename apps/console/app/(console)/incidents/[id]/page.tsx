import type { Metadata } from 'next';
import { Incident } from './Incident';

export const metadata: Metadata = { title: 'Incident' };

export default async function IncidentPage({ params }: { params: Promise<{ id: string }> }) {
  return <Incident id={decodeURIComponent((await params).id)} />;
}
