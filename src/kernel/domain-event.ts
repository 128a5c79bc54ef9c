import type { z, ZodType } from 'zod';

/** Something that happened, in the past tense: `trading.OrderFilled`. */
export interface DomainEvent<Name extends string = string, Schema extends ZodType = ZodType> {
  readonly name: Name;
  /** Payloads must survive JSON: they wait in the outbox until their transaction is committed. */
  readonly schema: Schema;
}

export type EventPayload<Event extends DomainEvent> = z.output<Event['schema']>;

export function defineEvent<const Name extends string, const Schema extends ZodType>(
  name: Name,
  schema: Schema,
): DomainEvent<Name, Schema> {
  return Object.freeze({ name, schema });
}
