import { z } from 'zod';
import { defineEvent } from '../../kernel/domain-event.js';
import { ROLES } from '../../kernel/principal.js';

/** A user changed the own profile or settings. */
export const UserUpdated = defineEvent('users.UserUpdated', z.object({ userId: z.uuid() }));

/** An admin changed what the user may do, or closed or opened the account. */
export const UserAccessChanged = defineEvent(
  'users.UserAccessChanged',
  z.object({
    userId: z.uuid(),
    roles: z.array(z.enum(ROLES)),
    disabled: z.boolean(),
  }),
);
