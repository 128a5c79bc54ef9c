import { io, type Socket } from 'socket.io-client';
import { eventually } from '../../support/eventually.js';

export interface LiveMessage {
  readonly channel: string;
  readonly epoch: string;
  readonly seq: number;
  readonly ts: string;
  readonly data: Record<string, unknown>;
  readonly correlationId?: string;
}

/** The place of a message. */
export interface LivePosition {
  readonly epoch: string;
  readonly seq: number;
}

/** How a durable channel was answered. */
export interface Followed extends LivePosition {
  readonly ok: true;
  readonly channel: string;
  readonly recovered: boolean;
  readonly messages?: readonly LiveMessage[];
  readonly snapshot?: Record<string, unknown>;
}

export interface LiveSnapshot extends LivePosition {
  readonly channel: string;
  readonly data: Record<string, unknown>;
}

type Refusal = { ok: false; error: { code: string; detail: string } };
export type LiveAnswer = { ok: true; channel: string } | Refusal;

const TIMEOUT_MS = 10_000;

/** A socket of `/live` that remembers every message. */
export class LiveClient {
  readonly messages: LiveMessage[] = [];
  readonly snapshots: LiveSnapshot[] = [];
  /** What the server said before it closed the socket. */
  closing:
    { readonly code: string; readonly detail: string; readonly retryAfterMs?: number } | undefined;

  private constructor(private readonly socket: Socket) {
    socket.on('message', (message: LiveMessage) => this.messages.push(message));
    socket.on('snapshot', (snapshot: LiveSnapshot) => this.snapshots.push(snapshot));
    socket.on('closing', (reason: LiveClient['closing']) => (this.closing = reason));
  }

  /** @throws what the server refuses the handshake with: `message` is its code. */
  static async connect(
    url: string,
    auth: Record<string, unknown>,
    headers?: Record<string, string>,
  ): Promise<LiveClient> {
    const socket = io(`${url}/live`, {
      auth,
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      timeout: TIMEOUT_MS,
      ...(headers && { extraHeaders: headers }),
    });
    const client = new LiveClient(socket);
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve);
        socket.once('connect_error', reject);
      });
    } catch (error) {
      socket.close();
      throw error;
    }
    return client;
  }

  get connected(): boolean {
    return this.socket.connected;
  }

  async subscribe(channel: unknown): Promise<LiveAnswer> {
    return (await this.socket
      .timeout(TIMEOUT_MS)
      .emitWithAck('subscribe', { channel })) as LiveAnswer;
  }

  /** A durable channel, from a place on. */
  async follow(channel: string, from?: LivePosition): Promise<Followed> {
    const request = { channel, ...(from && { from: { epoch: from.epoch, seq: from.seq } }) };
    const answer: unknown = await this.socket.timeout(TIMEOUT_MS).emitWithAck('subscribe', request);
    expect(answer).toMatchObject({ ok: true, channel });
    return answer as Followed;
  }

  /** Any other request. */
  async ask(event: string, request: unknown): Promise<unknown> {
    return this.socket.timeout(TIMEOUT_MS).emitWithAck(event, request);
  }

  async unsubscribe(channel: unknown): Promise<LiveAnswer> {
    return (await this.socket
      .timeout(TIMEOUT_MS)
      .emitWithAck('unsubscribe', { channel })) as LiveAnswer;
  }

  /** Sends anything under `subscribe`. */
  async send(payload: unknown): Promise<LiveAnswer> {
    return (await this.socket.timeout(TIMEOUT_MS).emitWithAck('subscribe', payload)) as LiveAnswer;
  }

  on(channel: string): LiveMessage[] {
    return this.messages.filter((message) => message.channel === channel);
  }

  /** The first message of the channel that fits, once it is there. */
  next(
    channel: string,
    fits: (data: Record<string, unknown>) => boolean = () => true,
  ): Promise<LiveMessage> {
    return eventually(
      () => {
        const found = this.on(channel).find(({ data }) => fits(data));
        if (!found) throw new Error(`no such message on ${channel} among ${this.messages.length}`);
        return found;
      },
      { timeoutMs: 10_000 },
    );
  }

  /** Sends packets of socket.io's protocol as they are, of any kind. */
  sendPackets(...packets: readonly string[]): void {
    for (const packet of packets) this.socket.io.engine.write(packet);
  }

  /** Takes nothing more from its connection. */
  pause(): void {
    this.#connection.pause();
  }

  resume(): void {
    this.#connection.resume();
  }

  close(): void {
    this.socket.close();
  }

  get #connection(): { pause(): void; resume(): void } {
    // The web socket itself, which the types do not show.
    const transport: unknown = this.socket.io.engine.transport;
    return (transport as { ws: { pause(): void; resume(): void } }).ws;
  }
}
