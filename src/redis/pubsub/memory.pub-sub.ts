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
  type ChannelHistory,
  type ChannelPosition,
  type DurableMeta,
  type MessageHandler,
  type SequencedMessage,
  type Subscription,
} from './pub-sub.js';

/**
 * Channels whose numbering is remembered; one that is forgotten starts anew under another epoch.
 */
const MAX_NUMBERED_CHANNELS = 10_000;
/** Characters of all histories together. */
const MAX_HISTORY_CHARACTERS = 32 * 1024 * 1024;

interface Kept {
  readonly epoch: string;
  seq: number;
  /** Oldest first; frozen. */
  messages: readonly SequencedMessage[];
  /** By id of the message, in the order of their numbers. */
  readonly ids: Map<string, number>;
  characters: number;
}

/**
 * Within one process. Messages take the way through JSON all the same: what Redis would change is
 * changed.
 */
export class MemoryPubSub extends PubSub {
  readonly #logger = new Logger('PubSub');
  readonly #clock: Clock;
  readonly #channels = new Map<string, HandlerSet>();
  readonly #patterns = new Map<string, HandlerSet>();
  readonly #streams = new Map<string, HandlerSet>();
  readonly #numbers = new LRUCache<string, { readonly epoch: string; seq: number }>({
    max: MAX_NUMBERED_CHANNELS,
  });

  readonly #histories = new LRUCache<string, Kept>({
    max: MAX_NUMBERED_CHANNELS,
    maxSize: MAX_HISTORY_CHARACTERS,
    sizeCalculation: ({ characters }) => characters + 1,
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
    this.#deliverOnStream(channel, text);
    return parseFrozen(text) as unknown as SequencedMessage;
  }

  override async publishDurable(
    channel: string,
    data: JsonValue,
    { id, keep, ...meta }: DurableMeta,
  ): Promise<ChannelPosition> {
    const kept = this.#historyOf(channel);
    const { epoch } = kept;
    const before = id === undefined ? undefined : kept.ids.get(id);
    if (before !== undefined) return { epoch, seq: before };
    const nowMs = this.#clock.nowMs();
    kept.seq += 1;
    const { seq } = kept;
    const text = JSON.stringify({
      channel,
      epoch,
      seq,
      ts: new Date(nowMs).toISOString(),
      data,
      ...meta,
    });
    const oldest = new Date(nowMs - keep.ageMs).toISOString();
    kept.messages = [...kept.messages, parseFrozen(text) as unknown as SequencedMessage]
      .filter((message) => message.seq === seq || message.ts >= oldest)
      .slice(-keep.messages);
    if (id !== undefined) {
      kept.ids.set(id, seq);
      const [first] = kept.ids.keys();
      if (kept.ids.size > keep.messages && first !== undefined) kept.ids.delete(first);
    }
    // Of what is kept no more as well: a bound, no measure.
    kept.characters = Math.min(kept.characters + text.length, text.length * keep.messages);
    this.#histories.set(channel, kept);
    this.#deliverOnStream(channel, text);
    return { epoch, seq };
  }

  override async history(channel: string, afterSeq = 0): Promise<ChannelHistory> {
    const { epoch, seq, messages } = this.#historyOf(channel);
    return { epoch, seq, messages: messages.filter((message) => message.seq > afterSeq) };
  }

  override async resetHistory(channel: string): Promise<void> {
    this.#histories.delete(channel);
    const { epoch } = this.#historyOf(channel);
    this.#deliverOnStream(channel, JSON.stringify({ channel, epoch, seq: 0 }));
  }

  /** Nothing is missed within one process. */
  override onReconnected(): () => void {
    return () => undefined;
  }

  #historyOf(channel: string): Kept {
    const known = this.#histories.get(channel);
    if (known !== undefined) return known;
    const kept = {
      epoch: newId(),
      seq: 0,
      messages: [],
      ids: new Map<string, number>(),
      characters: 0,
    };
    this.#histories.set(channel, kept);
    return kept;
  }

  override async subscribe(channel: string, handler: MessageHandler): Promise<Subscription> {
    return this.#add(this.#channels, channel, handler);
  }

  override async subscribeStream(stream: string, handler: MessageHandler): Promise<Subscription> {
    return this.#add(this.#streams, stream, handler);
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

  #deliverOnStream(stream: string, text: string): void {
    queueMicrotask(() => this.#streams.get(stream)?.dispatch(parseFrozen(text), stream));
  }
}
