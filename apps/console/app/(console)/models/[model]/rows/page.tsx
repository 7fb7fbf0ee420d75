import { Rows } from './Rows';

export default async function RowsPage({ params }: { params: Promise<{ model: string }> }) {
  return <Rows model={decodeURIComponent((await params).model)} />;
}
