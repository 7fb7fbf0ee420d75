import type { Metadata } from 'next';
import { Editor } from '../edit/Editor';

export const metadata: Metadata = { title: 'New monitor' };

type Search = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function NewMonitorPage({ searchParams }: Search) {
  const { model } = await searchParams;
  return <Editor model={typeof model === 'string' ? model : ''} />;
}
