import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { z } from 'zod';
import { SECOND_MS } from '../../kernel/duration.js';
import { newId } from '../../kernel/ids.js';
import { Bus, defineTopic } from '../../redis/index.js';
import { LiveStreams } from '../streams/live-streams.js';

/** How long instances have to answer. */
const ANSWER_MS = 150;
/** One count serves all who ask in this time. */
const SHARED_MS = SECOND_MS;

const presenceAsked = defineTopic(
  'live.presence-asked',
  z.object({ question: z.string(), stream: z.string() }),
);
const presenceAnswered = defineTopic(
  'live.presence-answered',
  z.object({ question: z.string(), count: z.int().min(0) }),
);

/**
 * How many clients follow a stream, on all instances together: each is asked, and those that answer in time are counted.
 * Nothing is kept anywhere that an instance could leave behind when it dies.
 */
@Injectable()
export class LivePresence implements OnApplicationBootstrap {
  /** By question: what was answered so far. */
  readonly #asked = new Map<string, number>();
  /** By stream. */
  readonly #counting = new Map<string, Promise<number>>();

  constructor(
    private readonly bus: Bus,
    private readonly streams: LiveStreams,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.bus.subscribe(presenceAsked, async ({ question, stream }) => {
      const count = this.streams.followers(stream);
      if (count > 0) await this.bus.publish(presenceAnswered, { question, count });
    });
    await this.bus.subscribe(presenceAnswered, ({ question, count }) => {
      const before = this.#asked.get(question);
      if (before !== undefined) this.#asked.set(question, before + count);
    });
  }

  /** Of this instance alone while the bus is away. Not above a second old. */
  count(stream: string): Promise<number> {
    const counting = this.#counting.get(stream) ?? this.#count(stream);
    this.#counting.set(stream, counting);
    return counting;
  }

  async #count(stream: string): Promise<number> {
    const question = newId();
    this.#asked.set(question, 0);
    setTimeout(() => this.#counting.delete(stream), SHARED_MS).unref();
    try {
      await this.bus.publish(presenceAsked, { question, stream });
      await sleep(ANSWER_MS);
      return this.#asked.get(question) ?? 0;
    } catch {
      return this.streams.followers(stream);
    } finally {
      this.#asked.delete(question);
    }
  }
}
