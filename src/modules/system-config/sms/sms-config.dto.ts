import { z } from 'zod';
import { NOT_PRINTABLE, PRINTABLE } from '../../../kernel/printable-text.js';

/** E.164: what a telephone network can be asked for. */
export const phoneNumberSchema = z
  .string()
  .regex(/^\+[1-9]\d{6,14}$/, 'must be a number with its country, such as +4915112345678');

const smsSettings = {
  accountSid: z
    .string()
    .regex(/^AC[0-9a-f]{32}$/, 'must be AC and 32 hex digits')
    .describe('of the account at Twilio'),
  from: z
    .string()
    .regex(
      /^(\+[1-9]\d{6,14}|MG[0-9a-f]{32}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11})$/,
      'must be a number, a messaging service (MG…) or a sender id',
    )
    .describe('who sends: a number, the SID of a messaging service, or a sender id'),
};

/** The settings without the token: all of them that is ever shown. */
export const storedSmsSettingsSchema = z.object(smsSettings);
export type StoredSmsSettings = z.output<typeof storedSmsSettingsSchema>;

export const replaceSmsSettingsSchema = z.strictObject({
  ...smsSettings,
  authToken: z
    .string()
    .min(1)
    .max(256)
    .regex(PRINTABLE, NOT_PRINTABLE)
    .optional()
    .describe('left out: the stored one stays, as long as the account does; it is never shown'),
});
export type ReplaceSmsSettings = z.output<typeof replaceSmsSettingsSchema>;

export const smsConfigSchema = z.discriminatedUnion('configured', [
  z.object({ configured: z.literal(false) }),
  storedSmsSettingsSchema.extend({ configured: z.literal(true) }),
]);
export type SmsConfig = z.output<typeof smsConfigSchema>;

export const sendTestSmsSchema = z.strictObject({ to: phoneNumberSchema });
export type SendTestSms = z.output<typeof sendTestSmsSchema>;

export const testSmsSchema = z.object({ sentAt: z.iso.datetime() });
export type TestSms = z.output<typeof testSmsSchema>;
