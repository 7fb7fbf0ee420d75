import { Performance } from './Performance';

export default async function PerformancePage({ params }: { params: Promise<{ model: string }> }) {
  return <Performance model={decodeURIComponent((await params).model)} />;
}
