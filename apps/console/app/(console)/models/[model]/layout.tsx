import type { Metadata } from 'next';
import { type ReactNode, Suspense } from 'react';
import { ModelHeader } from './ModelHeader';

type Props = { params: Promise<{ model: string }>; children: ReactNode };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: decodeURIComponent((await params).model) };
}

export default async function ModelLayout({ params, children }: Props) {
  const model = decodeURIComponent((await params).model);
  return (
    <Suspense>
      <ModelHeader model={model} />
      {children}
    </Suspense>
  );
}
