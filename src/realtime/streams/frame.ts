import type { SequencedMessage } from '../../redis/index.js';
import type { LiveSnapshot } from '../live-messages.js';

export type FrameEvents = {
  readonly message: SequencedMessage;
  readonly snapshot: LiveSnapshot;
};

const FINAL_TEXT = 0x81;
/** The type of a packet of engine.io that carries one of socket.io. */
const ENGINE_MESSAGE = '4';

/** What all clients of a stream are sent, written once for all of them. */
export class Frame {
  #json: string | undefined;
  #packet: string | undefined;
  #webSocketFrame: Buffer | undefined;

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

  /** What `socket.emit(event, body)` sends on the namespace: socket.io protocol 5, packet EVENT. */
  packet(namespace: string): string {
    this.#packet ??= `2${namespace},["${this.event}",${this.json}]`;
    return this.#packet;
  }

  /** The packet as it goes over a web socket, which then need not be put together for each of a thousand clients. */
  webSocketFrame(namespace: string): Buffer {
    this.#webSocketFrame ??= textFrame(`${ENGINE_MESSAGE}${this.packet(namespace)}`);
    return this.#webSocketFrame;
  }
}

/** RFC 6455, 5.2: a whole text, as servers send it, without a mask. */
function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const headLength = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(headLength + length);
  frame[0] = FINAL_TEXT;
  if (headLength === 2) frame[1] = length;
  else if (headLength === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, headLength);
  return frame;
}
