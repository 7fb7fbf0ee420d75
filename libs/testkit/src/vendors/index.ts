export type { Vendor } from './answers.js';
export { type Behaviour, type FakeVendor, type RecordedRequest, startFakeVendor } from './fakeVendor.js';
