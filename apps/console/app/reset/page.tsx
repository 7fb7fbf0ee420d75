import type { Metadata } from 'next';
import { Reset } from './Reset';

export const metadata: Metadata = { title: 'New password' };
export default Reset;
