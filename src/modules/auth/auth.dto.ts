import { z } from 'zod';
import { passwordTextSchema } from './password-text.js';
import { codeSchema } from './second-factor/second-factor.dto.js';
import { displayNameSchema, profileSchema } from '../users/index.js';

const emailSchema = z.email().max(254);
/** Length is what counts (NIST SP 800-63B). */
const newPasswordSchema = passwordTextSchema.min(12);

export const registerSchema = z.strictObject({
  email: emailSchema,
  password: newPasswordSchema,
  displayName: displayNameSchema,
});
export type Register = z.output<typeof registerSchema>;

export const loginSchema = z.strictObject({
  email: emailSchema,
  password: passwordTextSchema,
  code: codeSchema
    .optional()
    .describe('who has a second factor: of the authenticator app, or a recovery code'),
});
export type Login = z.output<typeof loginSchema>;

export const changePasswordSchema = z.strictObject({
  currentPassword: passwordTextSchema,
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

/** A token, and until when it can be used at most. */
export const sessionTokenSchema = z.object({
  token: z.string().describe('send it as Authorization: Bearer; browsers have it as a cookie too'),
  expiresAt: z.iso.datetime().describe('the session ends then at the latest'),
});
export type SessionToken = z.output<typeof sessionTokenSchema>;

export const signedInSchema = sessionTokenSchema.extend({ user: profileSchema });
export type SignedInAnswer = z.output<typeof signedInSchema>;
