import { headers } from 'next/headers';
import type { ReactNode } from 'react';
import { AskFirst } from '@/shell/AskFirst';
import { Shell } from '@/shell/Shell';

export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  const request = await headers();
  return (
    <>
      <AskFirst pathname={request.get('x-path') ?? '/'} nonce={request.get('x-nonce') ?? undefined} />
      <Shell>{children}</Shell>
    </>
  );
}
