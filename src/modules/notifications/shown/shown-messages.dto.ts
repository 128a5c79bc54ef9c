import { z } from 'zod';
import { pageOf } from '../../../http/index.js';
import { DELIVERY_CHANNELS } from '../delivery-channels.js';

export const shownMessageSchema = z.object({
  id: z.uuid(),
  channel: z.enum(DELIVERY_CHANNELS),
  recipient: z.string().describe('to whom it would have gone'),
  subject: z.string(),
  text: z.string(),
  html: z.string().nullable(),
  createdAt: z.iso.datetime(),
});
export type ShownMessage = z.output<typeof shownMessageSchema>;

export const shownMessagePageSchema = pageOf(shownMessageSchema);
