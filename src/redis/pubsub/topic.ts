import type { z, ZodType } from 'zod';

/** A channel of the bus, or with a parameter a family of them, and the shape of its messages. */
export interface Topic<Schema extends ZodType = ZodType> {
  readonly name: string;
  readonly schema: Schema;
}

/** What is sent; a schema's defaults may be left out. */
export type TopicInput<Schema extends ZodType> = z.input<Schema>;
/** What handlers get. */
export type TopicMessage<Schema extends ZodType> = z.output<Schema>;

export function defineTopic<const Schema extends ZodType>(
  name: string,
  schema: Schema,
): Topic<Schema> {
  return Object.freeze({ name, schema });
}
