export type { Vendor } from './answers.js';
export { type Behaviour, type FakeVendor, type RecordedRequest, startFakeVendor } from './fakeVendor.js';
export { alertmanagerProblems, jsonProblems, pagerDutyProblems, slackProblems } from './limits.js';
export type { SlackApiMessage } from './slackApi.js';
