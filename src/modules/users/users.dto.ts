import { z } from 'zod';
import { ROLES } from '../../kernel/principal.js';

export const displayNameSchema = z.string().trim().min(1).max(80);

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
