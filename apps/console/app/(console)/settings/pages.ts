import type { SettingsPage } from '@/lib/paths';

/** Pages of the settings in the order of their tabs, with what they are called. */
export const SETTINGS: readonly (readonly [page: SettingsPage, label: string, words: string])[] = [
  ['channels', 'Channels', 'slack pagerduty webhook notifications'],
  ['mutes', 'Mutes', 'silence'],
  ['keys', 'Keys', 'api key token'],
  ['people', 'People', 'users roles invite members'],
  ['data', 'Data', 'retention storage'],
  ['audit', 'Audit', 'log history who'],
  ['account', 'Account', 'password profile projects sign out'],
];
