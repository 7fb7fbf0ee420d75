import { Drift } from './Drift';

export default async function DriftPage({ params }: { params: Promise<{ model: string }> }) {
  return <Drift model={decodeURIComponent((await params).model)} />;
}
