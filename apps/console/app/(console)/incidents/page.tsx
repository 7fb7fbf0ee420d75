import type { Metadata } from 'next';
import { Suspense } from 'react';
import { Incidents } from './Incidents';

export const metadata: Metadata = { title: 'Incidents' };

export default function IncidentsPage() {
  return (
    <Suspense>
      <Incidents />
    </Suspense>
  );
}
