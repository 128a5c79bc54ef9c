import type { OutgoingHttpHeaders } from 'node:http';
import type { FastifyReply } from 'fastify';
import { SECOND_MS } from '../../kernel/duration.js';
import type { Principal } from '../../kernel/principal.js';
import type { ChannelPosition } from '../../redis/index.js';
import { LiveClient, TOO_SLOW } from '../clients/live-client.js';
import type { Closing, Followed } from '../live-messages.js';
import { Frame } from '../streams/frame.js';
import type { StreamPlaces } from './stream-places.js';

/** Comments: proxies close what is silent for long, and a client that takes none is not there any more. */
const HEARTBEAT_MS = 10 * SECOND_MS;
/** That it has not taken, one after the other. */
const MISSED_HEARTBEATS = 2;
/** What a client has to take the last event; one that reads nothing is not waited for. */
const GOODBYE_MS = 500;
/** A browser comes back by itself after so long, at least; those of one instance not all at once. */
const COME_BACK_MS = SECOND_MS;

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  // Kept nowhere, and not gathered for compression on its way.
  'cache-control': 'no-store, no-transform',
  // nginx gathers answers, unless it is told not to.
  'x-accel-buffering': 'no',
  // There is no other request on it: at its end the connection has no use.
  connection: 'close',
};

/** A stream of Server-Sent Events: an answer to a request that goes on until one of both has enough. */
export class EventStreamClient extends LiveClient {
  readonly #reply: FastifyReply;
  readonly #places: StreamPlaces;
  #heartbeat: NodeJS.Timeout | undefined;
  #untaken = 0;
  #state: 'waiting' | 'streaming' | 'closed' = 'waiting';

  /** @param places that the client has reached; those that it reaches are written there. */
  constructor(
    reply: FastifyReply,
    principal: Principal | undefined,
    address: string,
    places: StreamPlaces,
  ) {
    super(principal, address);
    this.#reply = reply;
    this.#places = places;
    reply.raw.on('drain', () => this.drained());
    reply.raw.once('close', () => this.#end());
    // The client may have left while it was found out who it is: no other close comes then.
    if (reply.raw.destroyed) this.#end();
  }

  override get isOpen(): boolean {
    return this.#state !== 'closed';
  }

  override get unsentBytes(): number {
    return this.#reply.raw.writableLength;
  }

  /** undefined: it begins anew there. */
  placeIn(channel: string): ChannelPosition | undefined {
    return this.#places.of(channel);
  }

  /** The answer begins: from here on the server speaks in events. */
  begin(): void {
    // Fastify leaves the answer to us, also where the client has left meanwhile.
    this.#reply.hijack();
    if (this.#state !== 'waiting') return;
    this.#state = 'streaming';
    this.#reply.headers(HEADERS);
    this.#reply.raw.writeHead(200, this.#reply.getHeaders() as OutgoingHttpHeaders);
    const comeBackMs = Math.round(COME_BACK_MS * (1 + Math.random()));
    this.#reply.raw.write(`retry: ${comeBackMs}\n\n`);
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS).unref();
  }

  /** The client follows a channel: what it begins with, or what it has missed. */
  follows(followed: Followed, isDurable: boolean): void {
    const { channel, epoch, seq, recovered } = followed;
    // No id: should the stream break off here, what follows is still to come.
    this.#say('subscribed', JSON.stringify({ channel, epoch, seq, recovered }));
    if (followed.recovered) {
      for (const message of followed.messages) this.write(new Frame('message', message, false));
    } else {
      const snapshot = { channel, epoch, seq, data: followed.snapshot };
      this.write(new Frame('snapshot', snapshot, !isDurable));
    }
  }

  /** Gives back what it holds; the request is answered by somebody else. */
  giveUp(): void {
    this.#end();
  }

  override close(reason?: Closing): void {
    if (this.#state === 'closed') return;
    if (this.#state === 'waiting') this.begin();
    if (reason) {
      const { retryAfterMs } = reason;
      const retry = retryAfterMs === undefined ? '' : `retry: ${retryAfterMs}\n`;
      this.#say('closing', JSON.stringify(reason), retry);
    }
    const { raw } = this.#reply;
    raw.end();
    const timer = setTimeout(() => raw.destroy(), GOODBYE_MS).unref();
    raw.once('close', () => clearTimeout(timer));
    this.#end();
  }

  protected override write({ event, channel, body, json, isTransient }: Frame): void {
    if (!isTransient) this.#places.reach(channel, body);
    this.#say(event, json, isTransient ? '' : `id: ${this.#places.toString()}\n`);
  }

  /**
   * @param json of one line
   * @param fields lines that go before it
   */
  #say(event: string, json: string, fields = ''): void {
    this.#reply.raw.write(`${fields}event: ${event}\ndata: ${json}\n\n`);
  }

  #beat(): void {
    if (this.#untaken >= MISSED_HEARTBEATS) {
      this.close(TOO_SLOW);
      return;
    }
    this.#untaken += 1;
    this.#reply.raw.write(':\n\n', (error) => {
      if (error) this.#end();
      else this.#untaken -= 1;
    });
  }

  #end(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    clearInterval(this.#heartbeat);
    this.ended();
  }
}
