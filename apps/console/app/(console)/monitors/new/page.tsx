import type { Metadata } from 'next';
import { Editor } from '../edit/Editor';
import { parseAsked } from './search-params';

export const metadata: Metadata = { title: 'New monitor' };

type Search = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function NewMonitorPage({ searchParams }: Search) {
  const params = await searchParams;
  return <Editor asked={parseAsked((key) => (typeof params[key] === 'string' ? params[key] : null))} />;
}
