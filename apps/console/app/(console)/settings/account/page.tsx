import type { Metadata } from 'next';
import { Account } from './Account';

export const metadata: Metadata = { title: 'Account · Settings' };
export default Account;
