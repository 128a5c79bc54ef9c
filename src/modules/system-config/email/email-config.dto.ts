import { z } from 'zod';
import { NOT_PRINTABLE, PRINTABLE } from '../../../kernel/printable-text.js';
import { lineSchema } from '../system-config.dto.js';

const emailSettings = {
  host: z
    .string()
    .trim()
    .max(253)
    .regex(/^[A-Za-z0-9._:-]+$/, 'must be a host name or an IP address')
    .describe('SMTP server'),
  port: z.number().int().min(1).max(65_535),
  security: z
    .enum(['tls', 'starttls', 'none'])
    .default('starttls')
    .describe(
      'tls: encrypted from the start (usually port 465); starttls: encrypted before anything is said (587); none: plain text, for a relay on the same machine',
    ),
  user: lineSchema(320).nullable().default(null).describe('to sign in with; null: no sign-in'),
  fromName: lineSchema(80).default('Bourse'),
  fromAddress: z.email().max(254),
  timeoutMs: z
    .number()
    .int()
    .min(500)
    .max(30_000)
    .default(10_000)
    .describe('ms that sending one mail may take, the connection included'),
};

/** SMTP settings without the password: all of them that is ever shown or cached. */
export const emailSettingsSchema = z.object({
  ...emailSettings,
  passwordSet: z.boolean().describe('a password is stored; it is never shown'),
});
export type EmailSettings = z.output<typeof emailSettingsSchema>;

/** The columns of the database; a setting that this version does not know is left out. */
export const storedEmailSettingsSchema = z.object(emailSettings);
export type StoredEmailSettings = z.output<typeof storedEmailSettingsSchema>;

export const replaceEmailSettingsSchema = z.strictObject({
  ...emailSettings,
  password: z
    .string()
    .min(1)
    .max(1_024)
    .regex(PRINTABLE, NOT_PRINTABLE)
    .nullable()
    .optional()
    .describe(
      'left out: the stored one stays, as long as it goes to the same server as the same user; null: it is removed',
    ),
});
export type ReplaceEmailSettings = z.output<typeof replaceEmailSettingsSchema>;

export const emailConfigSchema = z.discriminatedUnion('configured', [
  z.object({ configured: z.literal(false), passwordSet: z.literal(false) }),
  emailSettingsSchema.extend({ configured: z.literal(true) }),
]);
export type EmailConfig = z.output<typeof emailConfigSchema>;

export const sendTestEmailSchema = z.strictObject({ to: z.email().max(254) });
export type SendTestEmail = z.output<typeof sendTestEmailSchema>;

export const testEmailSchema = z.object({
  messageId: z.string().describe('Message-ID of the mail that the server took'),
  sentAt: z.iso.datetime(),
});
export type TestEmail = z.output<typeof testEmailSchema>;
