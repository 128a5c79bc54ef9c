import type { Principal } from '../../kernel/principal.js';
import { LiveClient } from '../clients/live-client.js';
import type { Closing } from '../live-messages.js';
import type { Frame } from '../streams/frame.js';
import type { LiveSocket } from './live-socket.js';

/** What a client has to take the last message and say goodbye; one that reads nothing is not waited for. */
const GOODBYE_MS = 500;

/** A socket.io socket. */
export class SocketClient extends LiveClient {
  readonly #socket: LiveSocket;
  /** Packets that engine.io holds until the connection takes more. */
  #queuedBytes = 0;
  #isClosing = false;

  constructor(socket: LiveSocket, principal: Principal | undefined, address: string) {
    super(principal, address);
    this.#socket = socket;
    const { conn } = socket;
    conn.on('packetCreate', ({ data }: { data?: string }) => {
      this.#queuedBytes += Buffer.byteLength(data ?? '');
    });
    conn.on('flush', () => (this.#queuedBytes = 0));
    conn.on('drain', () => this.drained());
    this.#connection.on('drain', () => this.drained());
    socket.on('disconnect', () => {
      this.ended();
      // One socket a connection: whoever comes and goes on one would leave listeners on it.
      socket.conn.close();
    });
  }

  override get isOpen(): boolean {
    return this.#socket.connected;
  }

  override get unsentBytes(): number {
    return this.#queuedBytes + this.#connection.writableLength;
  }

  override close(reason?: Closing): void {
    // Of one that goes on sending, each message that was under way asks for it again.
    if (this.#isClosing) return;
    this.#isClosing = true;
    if (reason) this.#socket.emit('closing', reason);
    this.#socket.disconnect(true);
    cut(this.#socket);
  }

  protected override write(frame: Frame): void {
    const { conn, nsp } = this.#socket;
    // The frame is sent as it is, since nothing is compressed; engine.io's types do not know of it.
    const options = { compress: false, wsPreEncodedFrame: [frame.webSocketFrame(nsp.name)] };
    conn.write(frame.packet(nsp.name), options);
  }

  get #connection() {
    return this.#socket.request.socket;
  }
}

/** Closes the connection itself, once what was sent had time to arrive. */
export function cut({ request: { socket: connection } }: LiveSocket): void {
  const timer = setTimeout(() => connection.destroy(), GOODBYE_MS).unref();
  connection.once('close', () => clearTimeout(timer));
}
