import { Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../../kernel/clock.js';
import { newId } from '../../kernel/ids.js';
import type { JsonValue } from '../../kernel/json.js';
import { parseFrozen } from '../frozen-json.js';
import { matchesPattern } from '../keys/pattern.js';
import { HandlerSet } from './handler-set.js';
import {
  PubSub,
  type MessageHandler,
  type SequencedMessage,
  type Subscription,
} from './pub-sub.js';

/**
 * Channels whose numbering is remembered; one that is forgotten starts anew under another epoch.
 */
const MAX_NUMBERED_CHANNELS = 10_000;

/**
 * Within one process. Messages take the way through JSON all the same: what Redis would change is
 * changed.
 */
export class MemoryPubSub extends PubSub {
  readonly #logger = new Logger('PubSub');
  readonly #clock: Clock;
  readonly #channels = new Map<string, HandlerSet>();
  readonly #patterns = new Map<string, HandlerSet>();
  readonly #numbers = new LRUCache<string, { readonly epoch: string; seq: number }>({
    max: MAX_NUMBERED_CHANNELS,
  });

  constructor(clock: Clock) {
    super();
    this.#clock = clock;
  }

  override async publish(channel: string, message: JsonValue): Promise<void> {
    this.#deliver(channel, JSON.stringify(message));
  }

  override async publishSequenced(
    channel: string,
    data: JsonValue,
    meta: { readonly correlationId?: string } = {},
  ): Promise<SequencedMessage> {
    const number = this.#numbers.get(channel) ?? { epoch: newId(), seq: 0 };
    this.#numbers.set(channel, number);
    number.seq += 1;
    const ts = new Date(this.#clock.nowMs()).toISOString();
    const text = JSON.stringify({
      channel,
      epoch: number.epoch,
      seq: number.seq,
      ts,
      data,
      ...meta,
    });
    this.#deliver(channel, text);
    return parseFrozen(text) as unknown as SequencedMessage;
  }

  override async subscribe(channel: string, handler: MessageHandler): Promise<Subscription> {
    return this.#add(this.#channels, channel, handler);
  }

  override async subscribePattern(pattern: string, handler: MessageHandler): Promise<Subscription> {
    return this.#add(this.#patterns, pattern, handler);
  }

  #add(sets: Map<string, HandlerSet>, name: string, handler: MessageHandler): Subscription {
    const handlers = sets.get(name) ?? new HandlerSet(this.#logger);
    sets.set(name, handlers);
    const remove = handlers.add(handler);
    return {
      unsubscribe: async () => {
        remove();
        if (handlers.isEmpty && sets.get(name) === handlers) sets.delete(name);
      },
    };
  }

  /** After the current step, as from a network: a publisher never runs its subscribers' code. */
  #deliver(channel: string, text: string): void {
    queueMicrotask(() => {
      const message = parseFrozen(text);
      this.#channels.get(channel)?.dispatch(message, channel);
      for (const [pattern, handlers] of this.#patterns) {
        if (matchesPattern(pattern, channel)) handlers.dispatch(message, channel);
      }
    });
  }
}
