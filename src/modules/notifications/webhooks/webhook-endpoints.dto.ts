import { z } from 'zod';
import { pageOf } from '../../../http/index.js';

const MAX_URL = 2_000;

const urlSchema = z
  .url({ protocol: /^https?$/, normalize: true })
  .max(MAX_URL)
  .refine(
    (url) => URL.canParse(url) && new URL(url).username === '' && new URL(url).password === '',
    {
      error: 'must not hold a user or a password',
    },
  )
  .describe('https; where the requests go');

export const createWebhookSchema = z.strictObject({ url: urlSchema });
export type CreateWebhook = z.output<typeof createWebhookSchema>;

export const updateWebhookSchema = z
  .strictObject({ url: urlSchema, enabled: z.boolean() })
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'must change something');
export type UpdateWebhook = z.output<typeof updateWebhookSchema>;

export const webhookSchema = z.object({
  id: z.uuid(),
  url: z.string(),
  enabled: z.boolean().describe('false: switched off, or the receiver has answered 410'),
  createdAt: z.iso.datetime(),
});
export type WebhookView = z.output<typeof webhookSchema>;

export const webhookPageSchema = pageOf(webhookSchema);

export const createdWebhookSchema = webhookSchema.extend({
  secret: z
    .string()
    .describe('signs the requests, as Standard Webhooks has it; shown this once, and never again'),
});
export type CreatedWebhook = z.output<typeof createdWebhookSchema>;
