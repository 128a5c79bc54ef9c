import { z } from 'zod';
import { phoneNumberSchema } from '../../system-config/index.js';

export const setPhoneSchema = z.strictObject({ number: phoneNumberSchema });
export type SetPhone = z.output<typeof setPhoneSchema>;

export const verifyPhoneSchema = z.strictObject({
  code: z.string().regex(/^\d{6}$/, 'must be six digits'),
});
export type VerifyPhone = z.output<typeof verifyPhoneSchema>;

export const phoneSchema = z.object({
  number: z.string().nullable().describe('null: none is set'),
  verified: z.boolean().describe('false: nothing but a code is sent there'),
});
export type PhoneView = z.output<typeof phoneSchema>;
