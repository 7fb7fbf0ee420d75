import { Explorer } from './Explorer';

export default async function SlicesPage({ params }: { params: Promise<{ model: string }> }) {
  return <Explorer model={decodeURIComponent((await params).model)} />;
}
