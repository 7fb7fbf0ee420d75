'use client';

import { ErrorPanel } from '@/components/States';

export default function PageError({ error, reset }: { error: Error; reset: () => void }) {
  return <ErrorPanel error={error} retry={reset} />;
}
