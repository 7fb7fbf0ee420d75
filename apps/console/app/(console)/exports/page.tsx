import type { Metadata } from 'next';
import { Suspense } from 'react';
import { Exports } from './Exports';

export const metadata: Metadata = { title: 'Exports' };

export default function ExportsPage() {
  return (
    <Suspense>
      <Exports />
    </Suspense>
  );
}
