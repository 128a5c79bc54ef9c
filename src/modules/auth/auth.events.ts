import { z } from 'zod';
import { defineEvent } from '../../kernel/domain-event.js';

/** A user has changed the password; all other sessions have ended. */
export const PasswordChanged = defineEvent(
  'auth.PasswordChanged',
  z.object({
    userId: z.uuid(),
    changeId: z.uuid(),
    changedAt: z.iso.datetime(),
    /** Of who changed it. */
    ip: z.string(),
  }),
);
