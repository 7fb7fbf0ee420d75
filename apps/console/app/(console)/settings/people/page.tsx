import type { Metadata } from 'next';
import { People } from './People';

export const metadata: Metadata = { title: 'People · Settings' };
export default People;
