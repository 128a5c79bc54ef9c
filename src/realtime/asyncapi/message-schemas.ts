import { z, type ZodType } from 'zod';

const position = {
  epoch: z.string().meta({ description: 'changes when the numbering starts anew' }),
  seq: z.int().min(0).meta({ description: 'counts 1, 2, 3 … within an epoch' }),
};

/** What the channel is called on the wire: its name, with the parameter if it is a family. */
const channelName = z.string().meta({ description: 'as it was asked for' });

/** The shape of `message`. */
export const messageOf = (data: ZodType) =>
  z.object({
    channel: channelName,
    ...position,
    ts: z.string().meta({ description: 'when it was published, UTC, ISO 8601' }),
    data,
    correlationId: z.string().optional().meta({ description: 'of the request that caused it' }),
  });

/** The shape of `snapshot`. */
export const snapshotOf = (data: ZodType) =>
  z
    .object({ channel: channelName, ...position, data })
    .meta({ description: 'what is true now: it takes the place of all before' });

/** Of an event stream: what `followed` says of a socket but for what it begins with, which comes in events of its own. */
export const subscribedSchema = z
  .object({
    channel: channelName,
    ...position,
    recovered: z
      .boolean()
      .meta({ description: 'true: the messages it missed come next; false: a snapshot' }),
  })
  .meta({ description: 'over Server-Sent Events alone: how the stream begins with the channel' });

const refusalSchema = z.object({
  code: z.string().meta({ description: 'as in problem+json' }),
  detail: z.string(),
});

export const closingSchema = refusalSchema.extend({
  retryAfterMs: z
    .int()
    .min(0)
    .optional()
    .meta({ description: 'come back after so long; each client is told another time' }),
});

export const refusedSchema = z.object({ ok: z.literal(false), error: refusalSchema });
export const unfollowedSchema = z.object({ ok: z.literal(true), channel: channelName });
export const presentSchema = unfollowedSchema.extend({
  count: z.int().min(0).meta({ description: 'clients that follow the channel, on all instances' }),
});
export const followedSchema = z.union([
  z.object({
    ok: z.literal(true),
    channel: channelName,
    ...position,
    recovered: z.literal(true),
    messages: z.array(messageOf(z.unknown())).meta({
      description:
        'what was missed; where that is much, its first part, and the others follow by themselves',
    }),
  }),
  z.object({
    ok: z.literal(true),
    channel: channelName,
    ...position,
    recovered: z.literal(false),
    snapshot: z.unknown().meta({ description: 'as `data` of the message snapshot' }),
  }),
]);
