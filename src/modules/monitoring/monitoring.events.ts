import { z } from 'zod';
import { defineEvent } from '../../kernel/domain-event.js';

const alertPayload = z.object({
  alertId: z.uuid(),
  kind: z.string(),
  message: z.string(),
  value: z.number().nullable(),
  threshold: z.number().nullable(),
  raisedAt: z.iso.datetime(),
});

/** Something is wrong that was not before. */
export const AlertRaised = defineEvent('monitoring.AlertRaised', alertPayload);

/** What an alert told of is over. */
export const AlertResolved = defineEvent('monitoring.AlertResolved', alertPayload);
