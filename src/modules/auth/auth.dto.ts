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

export const changePasswordSchema = z.strictObject({
  currentPassword: z.string().min(1).max(128),
  newPassword: newPasswordSchema,
});
export type ChangePassword = z.output<typeof changePasswordSchema>;

/** A signed-in device. */
export const sessionSchema = z.object({
  id: z.string(),
  current: z.boolean().describe('the session of this very request'),
  ip: z.string(),
  userAgent: z.string(),
  createdAt: z.iso.datetime(),
  lastActiveAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
});
export type SessionView = z.output<typeof sessionSchema>;

export const signedInSchema = z.object({
  user: profileSchema,
  token: z.string().describe('send it as Authorization: Bearer; browsers have it as a cookie too'),
  expiresAt: z.iso.datetime().describe('the session ends then at the latest'),
});
export type SignedInAnswer = z.output<typeof signedInSchema>;
