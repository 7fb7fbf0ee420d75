'use client';

import { usePathname } from 'next/navigation';
import { paths } from '@/lib/paths';
import { PageHeader } from '@/shell/PageHeader';
import { Tabs } from '@/shell/Tabs';
import { SETTINGS } from './pages';

export function SettingsTabs() {
  const pathname = usePathname();
  return (
    <>
      <PageHeader title="Settings" />
      <Tabs
        label="Settings pages"
        tabs={SETTINGS.map(([page, label]) => ({
          href: paths.settings(page),
          label,
          current: pathname === paths.settings(page),
        }))}
      />
    </>
  );
}
