import { io, type Socket } from 'socket.io-client';
import { backoffMs, type Backoff } from './backoff.js';
import { ChannelInbox, type Handlers } from './channel-inbox.js';
import { CHANNELS, type ChannelName, type MessageOn, type SnapshotOn } from './channels.js';
import type { Answer, Closing, LiveMessage, LiveSnapshot, Refusal } from './protocol.js';

/** What a follow may be told besides its news. */
export interface FollowHandlers<Name extends ChannelName> extends Handlers<
  MessageOn<Name>,
  SnapshotOn<Name>
> {
  /** The server does not let this channel be followed; it is not asked again. */
  onRefused?(this: void, refusal: Refusal): void;
}

export interface Follow {
  /** Nothing more is handed over. */
  stop(): void;
}

export type LiveStatus =
  | { readonly state: 'connecting' }
  | { readonly state: 'connected' }
  /** Comes back by itself after so long; `reason` as far as it is known. */
  | { readonly state: 'waiting'; readonly retryInMs: number; readonly reason?: Refusal }
  /** The server does not let us in: nothing more happens. */
  | { readonly state: 'refused'; readonly reason: Refusal }
  | { readonly state: 'closed' };

export interface LiveClientOptions {
  /** Of the server: `https://bourse.example`. */
  readonly url: string;
  /** Of a sign-in, or an API key. A function is asked before each connection; nothing: what is public, or a page's cookie. */
  readonly token?: string | (() => string | Promise<string>);
  readonly onStatus?: (this: void, status: LiveStatus) => void;
  /** Told what a handler, or `token`, throws. Without it, it is an unhandled rejection. */
  readonly onError?: (this: void, error: unknown) => void;
  /** Default: from half a second to 30 s. */
  readonly backoff?: Backoff;
  /** Messages of one channel that may wait for its handlers; beyond that they are asked for again later. Default 1,000. */
  readonly capacity?: number;
}

const BACKOFF: Backoff = { firstMs: 500, longestMs: 30_000 };
const CAPACITY = 1_000;
const ANSWER_MS = 10_000;
/** A connection that held so long was a good one. */
const GOOD_MS = 5_000;
/** What no other attempt changes. */
const FINAL = new Set(['auth.unauthenticated', 'auth.cross_site']);
/** What another attempt may change. */
const PASSING = /^internal$|^live\.too_many_requests$|(^|[._])(unavailable|timeout)$/;

interface Followed {
  readonly channel: string;
  readonly inbox: ChannelInbox;
  readonly onRefused: ((refusal: Refusal) => void) | undefined;
  /** The server sends its messages, and has said where they begin. */
  isOn: boolean;
  failures: number;
}

/** Follows live channels over one connection, and goes on from its place in each whenever that was lost. */
export class LiveClient {
  readonly #options: LiveClientOptions;
  readonly #socket: Socket;
  readonly #followed = new Map<string, Followed>();
  #failures = 0;
  #connectedAtMs = 0;
  #closing: Closing | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  constructor(options: LiveClientOptions) {
    this.#options = options;
    this.#socket = io(`${options.url.replace(/\/$/, '')}/live`, {
      transports: ['websocket'],
      autoConnect: false,
      // We know better when: the server may have said so.
      reconnection: false,
      forceNew: true,
      timeout: ANSWER_MS,
    });
    this.#socket
      .on('connect', () => this.#connected())
      .on('connect_error', (error) => this.#failed(refusalIn(error)))
      .on('disconnect', () => this.#disconnected())
      .on('closing', (closing: Closing) => (this.#closing = closing))
      .on('message', (message: LiveMessage) => this.#message(message))
      .on('snapshot', (snapshot: LiveSnapshot) => this.#snapshot(snapshot));
    void this.#connect();
  }

  /** @throws Error when the channel is followed already: share what one follow tells. */
  follow<Name extends ChannelName>(channel: Name, handlers: FollowHandlers<Name>): Follow {
    if (this.#isClosed) throw new Error('the client is closed');
    if (this.#followed.has(channel)) throw new Error(`${channel} is followed already`);
    const { onRefused, ...news } = handlers;
    const inbox = new ChannelInbox(
      isDurable(channel),
      news,
      (error) => this.#tellError(error),
      this.#options.capacity ?? CAPACITY,
    );
    const followed: Followed = { channel, inbox, onRefused, isOn: false, failures: 0 };
    this.#followed.set(channel, followed);
    if (this.#socket.connected) this.#subscribe(followed);
    return { stop: () => this.#stop(followed) };
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#timer);
    for (const { inbox } of this.#followed.values()) inbox.close();
    this.#followed.clear();
    this.#socket.disconnect();
    this.#options.onStatus?.({ state: 'closed' });
  }

  async #connect(): Promise<void> {
    this.#options.onStatus?.({ state: 'connecting' });
    const { token } = this.#options;
    try {
      const text = typeof token === 'function' ? await token() : token;
      if (this.#isClosed) return;
      this.#socket.auth = text === undefined ? {} : { token: text };
      this.#socket.connect();
    } catch (error) {
      // Whoever makes tokens may be away as well.
      this.#tellError(error);
      this.#failed(undefined);
    }
  }

  #connected(): void {
    this.#connectedAtMs = Date.now();
    this.#closing = undefined;
    this.#options.onStatus?.({ state: 'connected' });
    for (const followed of this.#followed.values()) this.#subscribe(followed);
  }

  #disconnected(): void {
    for (const followed of this.#followed.values()) followed.isOn = false;
    if (Date.now() - this.#connectedAtMs >= GOOD_MS) this.#failures = 0;
    this.#failed(this.#closing);
  }

  #failed(reason: Closing | undefined): void {
    if (this.#isClosed) return;
    if (reason !== undefined && FINAL.has(reason.code)) {
      this.#options.onStatus?.({ state: 'refused', reason });
      return;
    }
    this.#failures += 1;
    const { backoff = BACKOFF } = this.#options;
    const retryInMs = reason?.retryAfterMs ?? backoffMs(backoff, this.#failures, Math.random());
    this.#options.onStatus?.({ state: 'waiting', retryInMs, ...(reason && { reason }) });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#connect(), retryInMs);
  }

  /** From our place on, if we have one. */
  #subscribe(followed: Followed): void {
    const { channel, inbox } = followed;
    followed.isOn = false;
    if (inbox.isFull) {
      const { id } = this.#socket;
      void inbox.settled().then(() => this.#subscribeStill(followed, id));
      return;
    }
    const from = inbox.place;
    const request = { channel, ...(from && { from }) };
    // No promise: messages may come in the same breath as the answer, and follow on it.
    this.#ask('subscribe', request, (answer) => {
      if (this.#followed.get(channel) !== followed) return;
      if (!answer.ok) this.#refused(followed, answer.error);
      else if ('epoch' in answer && inbox.begin(answer)) {
        followed.isOn = true;
        followed.failures = 0;
      } else this.#again(followed);
    });
  }

  #ask(event: string, request: object, done: (answer: Answer) => void): void {
    const { id } = this.#socket;
    this.#socket.timeout(ANSWER_MS).emit(event, request, (late: Error | null, answer: Answer) => {
      // Of a connection that is gone: the next one asks again.
      if (id !== this.#socket.id) return;
      if (late === null) done(answer);
      else this.#socket.disconnect();
    });
  }

  #refused(followed: Followed, refusal: Refusal): void {
    if (PASSING.test(refusal.code)) {
      this.#again(followed);
      return;
    }
    this.#followed.delete(followed.channel);
    followed.onRefused?.(refusal);
  }

  #again(followed: Followed): void {
    const { backoff = BACKOFF } = this.#options;
    const { id } = this.#socket;
    followed.failures += 1;
    const waitMs = backoffMs(backoff, followed.failures, Math.random());
    setTimeout(() => this.#subscribeStill(followed, id), waitMs);
  }

  /** Unless it was given up, or asked for over another connection. */
  #subscribeStill(followed: Followed, socketId: string | undefined): void {
    const isStill = this.#followed.get(followed.channel) === followed;
    if (isStill && socketId !== undefined && this.#socket.id === socketId) {
      this.#subscribe(followed);
    }
  }

  #message(message: LiveMessage): void {
    const followed = this.#followed.get(message.channel);
    if (!followed?.isOn) return;
    const verdict = followed.inbox.message(message);
    if (verdict !== 'gap' && verdict !== 'full') return;
    // The server need not send what we cannot take; it keeps it.
    if (verdict === 'full') this.#ask('unsubscribe', { channel: message.channel }, ignore);
    this.#subscribe(followed);
  }

  #snapshot(snapshot: LiveSnapshot): void {
    const followed = this.#followed.get(snapshot.channel);
    if (followed?.isOn) followed.inbox.snapshot(snapshot);
  }

  #stop(followed: Followed): void {
    const { channel, inbox } = followed;
    inbox.close();
    if (this.#followed.get(channel) !== followed) return;
    this.#followed.delete(channel);
    if (this.#socket.connected) this.#ask('unsubscribe', { channel }, ignore);
  }

  #tellError(error: unknown): void {
    if (this.#options.onError) this.#options.onError(error);
    else void Promise.reject(error instanceof Error ? error : new Error(String(error)));
  }
}

function isDurable(channel: string): boolean {
  const [name = ''] = channel.split(':', 1);
  // What a newer server has: to keep our place in it does no harm.
  return !(name in CHANNELS) || CHANNELS[name as keyof typeof CHANNELS].isDurable;
}

/** Of a handshake that was turned away; undefined: there was no server. */
function refusalIn(error: Error & { readonly data?: unknown }): Refusal | undefined {
  const { data } = error;
  return typeof data === 'object' && data !== null && 'code' in data
    ? (data as Refusal)
    : undefined;
}

function ignore(): void {
  // Whatever the answer is, nothing depends on it.
}
