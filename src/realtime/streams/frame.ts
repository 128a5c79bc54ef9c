import type { SequencedMessage } from '../../redis/index.js';
import type { LiveSnapshot } from '../live-messages.js';

export type FrameEvents = {
  readonly message: SequencedMessage;
  readonly snapshot: LiveSnapshot;
};

/** What all clients of a stream are sent, written as JSON once for all of them. */
export class Frame {
  #json: string | undefined;

  /** @param isTransient the next one of the channel makes this one worthless. */
  constructor(
    readonly event: keyof FrameEvents,
    readonly body: SequencedMessage | LiveSnapshot,
    readonly isTransient: boolean,
  ) {}

  get channel(): string {
    return this.body.channel;
  }

  get json(): string {
    this.#json ??= JSON.stringify(this.body);
    return this.#json;
  }
}
