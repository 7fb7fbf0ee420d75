import type { Metadata } from 'next';
import { Suspense } from 'react';
import { Reviews } from './Reviews';

export const metadata: Metadata = { title: 'Review' };

export default function ReviewsPage() {
  return (
    <Suspense>
      <Reviews />
    </Suspense>
  );
}
