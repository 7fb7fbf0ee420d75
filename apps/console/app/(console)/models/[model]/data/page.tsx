import { Checks } from './Checks';

export default async function ChecksPage({ params }: { params: Promise<{ model: string }> }) {
  return <Checks model={decodeURIComponent((await params).model)} />;
}
