import type { Metadata } from 'next';
import { Channels } from './Channels';

export const metadata: Metadata = { title: 'Channels · Settings' };
export default Channels;
