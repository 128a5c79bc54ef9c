import { z } from 'zod';
import type { JsonValue } from '../../../kernel/json.js';

/** What a BullMQ job carries as its data. */
export interface JobEnvelope {
  readonly correlationId: string;
  readonly payload: JsonValue;
}

const schema = z.strictObject({ correlationId: z.string().min(1).max(200), payload: z.unknown() });

/** undefined for data that this application did not write. */
export function readEnvelope(data: unknown): z.output<typeof schema> | undefined {
  return schema.safeParse(data).data;
}
