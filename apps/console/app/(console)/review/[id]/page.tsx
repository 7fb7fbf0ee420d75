import { Suspense } from 'react';
import { Review } from './Review';

export default async function ReviewPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  return (
    <Suspense>
      <Review id={decodeURIComponent(id)} />
    </Suspense>
  );
}
