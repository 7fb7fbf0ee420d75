import { Labels } from './Labels';

export default async function LabelsPage({ params }: { params: Promise<{ model: string }> }) {
  return <Labels model={decodeURIComponent((await params).model)} />;
}
