import { z } from 'zod';

/** Of one stream. */
export const MAX_STREAM_CHANNELS = 20;

export const eventsQuerySchema = z.strictObject({
  channels: z
    .string()
    .max(MAX_STREAM_CHANNELS * 130)
    .meta({ description: `up to ${MAX_STREAM_CHANNELS}, separated by commas` })
    .transform((text) => [...new Set(text.split(','))])
    .pipe(z.array(z.string().min(1).max(128)).max(MAX_STREAM_CHANNELS)),
  lastEventId: z
    .string()
    .max(8_192)
    .optional()
    .meta({ description: 'for clients that cannot set `Last-Event-ID`' }),
});
export type EventsQuery = z.output<typeof eventsQuerySchema>;
