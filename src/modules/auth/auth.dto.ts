import { z } from 'zod';
import { displayNameSchema, profileSchema } from '../users/index.js';

const emailSchema = z.email().max(254);
/** Length is what counts (NIST SP 800-63B); the upper bound keeps hashing cheap. */
const newPasswordSchema = z.string().min(12).max(128);

export const registerSchema = z.strictObject({
  email: emailSchema,
  password: newPasswordSchema,
  displayName: displayNameSchema,
});
export type Register = z.output<typeof registerSchema>;

export const loginSchema = z.strictObject({
  email: emailSchema,
  password: z.string().min(1).max(128),
});
export type Login = z.output<typeof loginSchema>;

export const signedInSchema = z.object({
  user: profileSchema,
  token: z.string().describe('send it as Authorization: Bearer; browsers have it as a cookie too'),
  expiresAt: z.iso.datetime().describe('the session ends then at the latest'),
});
export type SignedInAnswer = z.output<typeof signedInSchema>;
