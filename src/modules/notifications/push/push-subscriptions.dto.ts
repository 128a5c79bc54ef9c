import { createECDH } from 'node:crypto';
import { z } from 'zod';
import { pageOf } from '../../../http/index.js';

const MAX_ENDPOINT = 2_000;

const bytes = (text: string): Buffer => Buffer.from(text, 'base64url');

/** As `JSON.stringify` writes what a browser's `PushManager.subscribe` gives. */
export const subscribeSchema = z.strictObject({
  endpoint: z.url({ protocol: /^https?$/, normalize: true }).max(MAX_ENDPOINT),
  expirationTime: z.number().nullable().optional().describe('not used'),
  keys: z.strictObject({
    p256dh: z.base64url().max(100).refine(isPublicKey, 'must be a public key on P-256'),
    auth: z
      .base64url()
      .max(40)
      .refine((text) => bytes(text).length === 16, 'must be 16 bytes'),
  }),
});
export type Subscribe = z.output<typeof subscribeSchema>;

export const pushSubscriptionSchema = z.object({
  id: z.uuid(),
  service: z.string().describe('host of the push service: which browser it is, about'),
  createdAt: z.iso.datetime(),
});
export type PushSubscriptionView = z.output<typeof pushSubscriptionSchema>;

export const pushSubscriptionPageSchema = pageOf(pushSubscriptionSchema);

export const pushKeySchema = z.object({
  publicKey: z.string().describe('the `applicationServerKey` of `PushManager.subscribe`'),
});
export type PushKey = z.output<typeof pushKeySchema>;

/** A point that is not on the curve would make each push to it fail. */
function isPublicKey(text: string): boolean {
  const own = createECDH('prime256v1');
  own.generateKeys();
  try {
    return bytes(text).length === 65 && own.computeSecret(bytes(text)).length > 0;
  } catch {
    return false;
  }
}
