import { z } from 'zod';

/** Base64url of so many bytes, as browsers and VAPID write keys. */
const keySchema = (bytes: number) =>
  z
    .base64url()
    .max(2 * bytes)
    .refine((text) => Buffer.from(text, 'base64url').length === bytes, `must be ${bytes} bytes`);

const publicKey = keySchema(65).describe('of VAPID: what browsers subscribe with');
const subject = z
  .string()
  .max(254)
  .regex(/^(mailto:[^\s@]+@[^\s@]+|https:\/\/[^\s]+)$/, 'must be mailto:… or https://…')
  .describe('whom push services write to about what is sent');

export const storedPushSettingsSchema = z.object({ subject, publicKey });
export type StoredPushSettings = z.output<typeof storedPushSettingsSchema>;

export const replacePushSettingsSchema = z.strictObject({
  subject,
  publicKey: publicKey
    .optional()
    .describe('left out with the private one: the stored pair stays, or a new one is made'),
  privateKey: keySchema(32).optional().describe('never shown'),
});
export type ReplacePushSettings = z.output<typeof replacePushSettingsSchema>;

export const pushConfigSchema = z.discriminatedUnion('configured', [
  z.object({ configured: z.literal(false) }),
  storedPushSettingsSchema.extend({ configured: z.literal(true) }),
]);
export type PushConfig = z.output<typeof pushConfigSchema>;
