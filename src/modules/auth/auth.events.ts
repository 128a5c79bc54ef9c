import { z } from 'zod';
import { defineEvent } from '../../kernel/domain-event.js';

/** A user has signed in at a device where the user had never done so, and it was not the first one. */
export const NewDeviceSeen = defineEvent(
  'auth.NewDeviceSeen',
  z.object({
    userId: z.uuid(),
    sessionId: z.string(),
    /** Of this sign-in: a session may begin again. */
    signInId: z.uuid(),
    signedInAt: z.iso.datetime(),
    ip: z.string(),
    /** As the client calls itself, cut to a bounded length; may be empty, and is anybody's text. */
    userAgent: z.string(),
  }),
);

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
