import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { PubSub } from '../pubsub/pub-sub.js';

const CHANNEL = 'cache.invalidated';

const messageSchema = z.object({
  origin: z.string(),
  /** Complete keys of entries and tags. */
  keys: z.array(z.string()),
});

/** Tells the other instances what their local tiers must drop. */
export class InvalidationBus {
  readonly #origin = randomUUID();
  readonly #pubsub: PubSub;

  constructor(pubsub: PubSub) {
    this.#pubsub = pubsub;
  }

  /** @param onInvalidated called for messages of others, not for one's own. */
  async listen(onInvalidated: (keys: readonly string[]) => void): Promise<void> {
    await this.#pubsub.subscribe(CHANNEL, (message) => {
      const parsed = messageSchema.safeParse(message);
      if (parsed.success && parsed.data.origin !== this.#origin) onInvalidated(parsed.data.keys);
    });
  }

  async publish(keys: readonly string[]): Promise<void> {
    await this.#pubsub.publish(CHANNEL, { origin: this.#origin, keys: [...keys] });
  }
}
