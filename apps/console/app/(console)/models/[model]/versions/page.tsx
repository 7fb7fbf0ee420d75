import { Versions } from './Versions';

export default async function VersionsPage({ params }: { params: Promise<{ model: string }> }) {
  return <Versions model={decodeURIComponent((await params).model)} />;
}
