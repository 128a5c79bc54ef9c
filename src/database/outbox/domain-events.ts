import { Injectable } from '@nestjs/common';
import { AppError } from '../../kernel/app-error.js';
import type { DomainEvent, EventPayload } from '../../kernel/domain-event.js';

/** Of an event as it is delivered: the same each time that it is. */
export interface Delivery {
  readonly id: string;
}

type Reaction = (payload: unknown, delivery: Delivery) => Promise<void>;

/**
 * Who reacts to which event, after its transaction is committed and at least once: be idempotent.
 *
 * Reactions that bring this system up to date (drop a cached value, write a row) come first; announcements
 * to the outside come after all of them, so that who hears of a change and asks sees it. When one fails,
 * the relay delivers the event again.
 */
@Injectable()
export class DomainEvents {
  readonly #reactions = new Map<string, Reaction[]>();
  readonly #announcements = new Map<string, Reaction[]>();

  on<Event extends DomainEvent>(
    event: Event,
    reaction: (payload: EventPayload<Event>, delivery: Delivery) => Promise<void>,
  ): void {
    add(this.#reactions, event, reaction);
  }

  announce<Event extends DomainEvent>(
    event: Event,
    announcement: (payload: EventPayload<Event>, delivery: Delivery) => Promise<void>,
  ): void {
    add(this.#announcements, event, announcement);
  }

  /** @throws AppError `events.reaction_failed` when any reaction did; the others have run all the same. */
  async deliver(name: string, payload: unknown, delivery: Delivery): Promise<void> {
    await runAll(name, this.#reactions.get(name), payload, delivery);
    await runAll(name, this.#announcements.get(name), payload, delivery);
  }
}

function add<Event extends DomainEvent>(
  to: Map<string, Reaction[]>,
  event: Event,
  reaction: (payload: EventPayload<Event>, delivery: Delivery) => Promise<void>,
): void {
  const reactions = to.get(event.name) ?? [];
  reactions.push((payload, delivery) =>
    reaction(event.schema.parse(payload) as EventPayload<Event>, delivery),
  );
  to.set(event.name, reactions);
}

async function runAll(
  name: string,
  reactions: readonly Reaction[] = [],
  payload: unknown,
  delivery: Delivery,
): Promise<void> {
  const outcomes = await Promise.allSettled(
    reactions.map(async (reaction) => reaction(payload, delivery)),
  );
  const errors = outcomes.flatMap((outcome) =>
    outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
  );
  if (errors.length === 0) return;
  throw new AppError(
    'internal',
    'events.reaction_failed',
    `${errors.length} reaction(s) to ${name} failed`,
    {
      cause: errors.length === 1 ? errors[0] : new AggregateError(errors),
    },
  );
}
