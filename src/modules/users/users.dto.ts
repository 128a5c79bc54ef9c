import { z } from 'zod';
import { ROLES } from '../../kernel/principal.js';

/** Text that every database, terminal and page can show: no control characters, no broken UTF-16. */
const PRINTABLE = /^[^\p{Cc}\p{Cs}]*$/u;

export const displayNameSchema = z
  .string()
  .trim()
  .min(1)
  .max(80)
  .regex(PRINTABLE, 'must not hold control characters');

export const updateProfileSchema = z.strictObject({ displayName: displayNameSchema });
export type UpdateProfile = z.output<typeof updateProfileSchema>;

export const profileSchema = z.object({
  id: z.uuid(),
  email: z.string(),
  displayName: z.string(),
  roles: z.array(z.enum(ROLES)),
  createdAt: z.iso.datetime(),
});
export type Profile = z.output<typeof profileSchema>;
