import { z } from 'zod';
import type { JsonValue } from '../../../kernel/json.js';

/** What a BullMQ job carries as its data. */
export interface JobEnvelope {
  readonly correlationId: string;
  readonly payload: JsonValue;
  /** Of the payload; absent means 1. */
  readonly version?: number;
}

/** Not strict: what a later release writes besides is not for this one. */
const schema = z.object({
  correlationId: z.string().min(1).max(200),
  payload: z.unknown(),
  version: z.int().positive().default(1),
});

/** undefined for data that this application did not write. */
export function readEnvelope(data: unknown): z.output<typeof schema> | undefined {
  return schema.safeParse(data).data;
}

/** A worker of the release before versions refuses an envelope that names one: the first version needs no name. */
export function envelopeOf({
  correlationId,
  payload,
  version,
}: Required<JobEnvelope>): JobEnvelope {
  return { correlationId, payload, ...(version > 1 && { version }) };
}
