import { z } from 'zod';
import { passwordTextSchema } from '../password-text.js';

export const secondFactorSchema = z.object({
  enabled: z.boolean(),
  recoveryCodesLeft: z.int(),
});
export type SecondFactorView = z.output<typeof secondFactorSchema>;

/** Of the app (6 digits), or a recovery code. */
export const codeSchema = z.string().min(6).max(32);

export const passwordSchema = z.strictObject({ currentPassword: passwordTextSchema });
export type PasswordShown = z.output<typeof passwordSchema>;

export const codeShownSchema = z.strictObject({ code: codeSchema });
export type CodeShown = z.output<typeof codeShownSchema>;

export const passwordAndCodeSchema = passwordSchema.extend({ code: codeSchema });
export type PasswordAndCode = z.output<typeof passwordAndCodeSchema>;

export const begunSchema = z.object({
  secret: z.string().describe('to type into an authenticator app; not shown again'),
  uri: z.string().describe('otpauth: the same as a QR code'),
});
export type Begun = z.output<typeof begunSchema>;

export const recoveryCodesSchema = z.object({
  recoveryCodes: z.array(z.string()).describe('each works once; not shown again'),
});
export type RecoveryCodes = z.output<typeof recoveryCodesSchema>;
