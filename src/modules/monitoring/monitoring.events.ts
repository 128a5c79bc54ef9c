import { z } from 'zod';
import { defineEvent } from '../../kernel/domain-event.js';

const alert = z.object({
  alertId: z.uuid(),
  kind: z.string(),
  message: z.string(),
  value: z.number().nullable(),
  threshold: z.number().nullable(),
  raisedAt: z.iso.datetime(),
});

/** A figure of the system crossed its threshold. */
export const AlertRaised = defineEvent('monitoring.AlertRaised', alert);

/** It is back on the right side. */
export const AlertResolved = defineEvent('monitoring.AlertResolved', alert);
