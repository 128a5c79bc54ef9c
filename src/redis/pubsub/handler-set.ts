import type { Logger } from '@nestjs/common';
import type { JsonValue } from '../../kernel/json.js';
import type { MessageHandler } from './pub-sub.js';

/** The handlers of one channel or pattern in this process. */
export class HandlerSet {
  // Wrapped, so that one function subscribed twice is two subscriptions.
  readonly #handlers = new Set<{ readonly handle: MessageHandler }>();
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  get isEmpty(): boolean {
    return this.#handlers.size === 0;
  }

  /** @returns what removes it again. */
  add(handle: MessageHandler): () => void {
    const entry = { handle };
    this.#handlers.add(entry);
    return () => this.#handlers.delete(entry);
  }

  /** Calls every handler; one that throws or rejects is logged, and the others do not notice. */
  dispatch(message: JsonValue, channel: string): void {
    for (const { handle } of [...this.#handlers]) void this.#call(handle, message, channel);
  }

  async #call(handle: MessageHandler, message: JsonValue, channel: string): Promise<void> {
    try {
      await handle(message, channel);
    } catch (error) {
      const trace = error instanceof Error ? error.stack : String(error);
      this.#logger.error(`a handler of ${channel} failed`, trace);
    }
  }
}
