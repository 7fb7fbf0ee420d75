import type { DeliveryView, IncidentView } from '@plumbline/contracts';

/** One thing to tell one channel. Everything a renderer needs is in it: the same notification renders the same twice. */
export type Notification = {
  event: DeliveryView['event'];
  incident: IncidentView;
  /** Where people open the console; links start with it. */
  consoleUrl: string;
  /** One per incident: vendors fold what carries the same key into one alert. */
  dedupKey: string;
  /** Grows by one with every notification of the incident, so that a receiver can drop what comes twice or late. */
  sequence: number;
  /** When it happened, ISO-8601. */
  at: string;
  /** The vendor's name for the first message of this incident, if it gave one: what comes later changes or answers that. */
  receipt?: string;
  /** An earlier attempt ended without an answer: it may have arrived. */
  repeat?: boolean;
};
