import type { Metadata } from 'next';
import { Suspense } from 'react';
import { Monitors } from './Monitors';

export const metadata: Metadata = { title: 'Monitors' };

export default function MonitorsPage() {
  return (
    <Suspense>
      <Monitors />
    </Suspense>
  );
}
