import type { Metadata } from 'next';
import { Data } from './Data';

export const metadata: Metadata = { title: 'Data · Settings' };
export default Data;
