// @ts-check
/** @import { Socket } from 'socket.io-client' */
/** @import { Message, Position } from './track.mjs' */
import { io } from 'socket.io-client';
import { Track } from './track.mjs';

/** Channels, and where their snapshots have what they are about. */
export const CHANNELS = /** @type {const} */ ({
  'trading.orders': 'orders',
  'trading.fills': 'trades',
});
/** @typedef {keyof typeof CHANNELS} Channel */
export const channelNames = /** @type {Channel[]} */ (Object.keys(CHANNELS));

const CONNECT_MS = 5_000;
const ANSWER_MS = 15_000;
const RETRY_MS = 200;
/** In which it takes nothing more from a connection that is about to break: what was sent in that time never arrives. */
const DEAF_MS = 300;

/**
 * @typedef {object} Place
 * @property {string} token
 * @property {string[]} urls of the instances, as they are at the moment
 * @property {number} instance the one it begins with
 * @property {Record<Channel, Map<string, string>>} truths of what its user is told
 * @property {() => number} random
 */

/** A client that keeps its place on each channel, comes back after whatever happens, and goes on from there. */
export class Follower {
  connections = 0;
  refusals = 0;
  #place;
  #instance;
  #isEnded = false;
  #isAway = false;
  /** @type {Socket | undefined} */
  #socket;
  /** @type {Record<Channel, Track>} */
  tracks;

  /** @param {Place} place */
  constructor(place) {
    this.#place = place;
    this.#instance = place.instance;
    this.tracks = {
      'trading.orders': new Track(place.truths['trading.orders']),
      'trading.fills': new Track(place.truths['trading.fills']),
    };
    this.#connect();
  }

  /** Whether it follows all it wants to. */
  get isInStep() {
    return (
      this.#socket?.connected === true &&
      Object.values(this.tracks).every(({ isWaiting }) => !isWaiting)
    );
  }

  /** The connection breaks, with what is on its way; it stays away until it is told to {@link comeBack}. */
  drop() {
    this.#isAway = true;
    // The connection itself, which socket.io does not show: its own end would be a goodbye.
    const connection = /** @type {any} */ (this.#socket?.io.engine?.transport)?.ws;
    if (connection === undefined) return;
    connection.pause();
    setTimeout(() => connection.terminate(), DEAF_MS * this.#place.random());
  }

  comeBack() {
    this.#isAway = false;
    if (this.#socket === undefined) this.#connect();
  }

  end() {
    this.#isEnded = true;
    this.#socket?.disconnect();
  }

  #connect() {
    const { token, urls } = this.#place;
    const url = urls[this.#instance % urls.length];
    for (const track of Object.values(this.tracks)) track.isWaiting = true;
    const socket = io(`${url}/live`, {
      auth: { token },
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      timeout: CONNECT_MS,
    });
    this.#socket = socket;
    // Nothing that an earlier connection still has to say counts.
    const on = (/** @type {string} */ event, /** @type {(argument: any) => void} */ listener) =>
      socket.on(event, (/** @type {any} */ argument) => {
        if (socket === this.#socket) listener(argument);
      });
    on('connect', () => this.#begin(socket));
    on('message', (/** @type {Message} */ message) => this.#trackOf(message).message(message));
    on('snapshot', ({ channel, epoch, seq, data }) =>
      this.#snapshot(channel, { epoch, seq }, data),
    );
    on('disconnect', () => this.#again());
    on('connect_error', () => this.#elsewhere());
  }

  /** @param {Socket} socket */
  #begin(socket) {
    this.connections += 1;
    for (const channel of channelNames) {
      const from = this.tracks[channel].position;
      const late = setTimeout(() => this.#giveUp(socket), ANSWER_MS);
      // Not by a promise: messages may follow in the same moment.
      socket.emit('subscribe', { channel, ...(from && { from }) }, (/** @type {any} */ answer) => {
        clearTimeout(late);
        if (socket !== this.#socket) return;
        if (answer.ok) this.#answered(channel, answer);
        else this.#giveUp(socket);
      });
      socket.once('disconnect', () => clearTimeout(late));
    }
  }

  /** @param {Channel} channel @param {any} answer */
  #answered(channel, { epoch, seq, recovered, messages, snapshot }) {
    if (recovered) this.tracks[channel].recovered({ epoch, seq }, messages);
    else this.#snapshot(channel, { epoch, seq }, snapshot);
  }

  /** @param {Channel} channel @param {Position} at @param {any} data */
  #snapshot(channel, at, data) {
    this.tracks[channel].snapshot(at, data[CHANNELS[channel]]);
  }

  /** @param {Message} message */
  #trackOf({ channel }) {
    return this.tracks[/** @type {Channel} */ (channel)];
  }

  /** @param {Socket} socket */
  #giveUp(socket) {
    if (socket !== this.#socket) return;
    this.refusals += 1;
    this.#elsewhere();
    socket.disconnect();
  }

  #elsewhere() {
    this.#instance += 1;
    this.#again();
  }

  #again() {
    this.#socket = undefined;
    for (const track of Object.values(this.tracks)) track.isWaiting = true;
    const waitMs = RETRY_MS * (0.5 + this.#place.random());
    setTimeout(() => {
      if (!this.#isEnded && !this.#isAway && this.#socket === undefined) this.#connect();
    }, waitMs);
  }
}
