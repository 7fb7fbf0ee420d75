import type { Metadata } from 'next';
import { Mutes } from './Mutes';

export const metadata: Metadata = { title: 'Mutes · Settings' };
export default Mutes;
