import type { Metadata } from 'next';
import { Keys } from './Keys';

export const metadata: Metadata = { title: 'Keys · Settings' };
export default Keys;
