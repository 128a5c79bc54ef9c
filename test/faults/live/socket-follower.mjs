// @ts-check
/** @import { Socket } from 'socket.io-client' */
/** @import { Place } from './follower.mjs' */
import { io } from 'socket.io-client';
import { channelNames } from './channels.mjs';
import { DEAF_MS, Follower } from './follower.mjs';

const CONNECT_MS = 5_000;
const ANSWER_MS = 15_000;

/** A bare socket. */
export class SocketFollower extends Follower {
  /** @param {Place} place */
  constructor(place) {
    super(place);
    this.connect();
  }

  /** @override */
  get isInStep() {
    return this.#socket?.connected === true && super.isInStep;
  }

  /** @override */
  drop() {
    super.drop();
    // The connection itself, which socket.io does not show: its own end would be a goodbye.
    const connection = /** @type {any} */ (this.#socket?.io.engine?.transport)?.ws;
    if (connection === undefined) return;
    connection.pause();
    setTimeout(() => connection.terminate(), DEAF_MS * this.place.random());
  }

  /** @override */
  end() {
    super.end();
    this.#socket?.disconnect();
  }

  /** @override */
  connect() {
    this.tracks.wait();
    const socket = io(`${this.url}/live`, {
      auth: { token: this.place.token },
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      timeout: CONNECT_MS,
    });
    this.link = socket;
    // Nothing that an earlier connection still has to say counts.
    const on = (/** @type {string} */ event, /** @type {(argument: any) => void} */ listener) =>
      socket.on(event, (/** @type {any} */ argument) => {
        if (socket === this.#socket) listener(argument);
      });
    on('connect', () => this.#begin(socket));
    on('message', (message) => this.tracks.message(message));
    on('snapshot', (snapshot) => this.tracks.snapshot(snapshot));
    on('disconnect', () => this.again());
    on('connect_error', () => this.#elsewhere());
  }

  /** @param {Socket} socket */
  #begin(socket) {
    this.connections += 1;
    for (const channel of channelNames) {
      const from = this.tracks.of[channel].position;
      const late = setTimeout(() => this.#giveUp(socket), ANSWER_MS);
      // Not by a promise: messages may follow in the same moment.
      socket.emit('subscribe', { channel, ...(from && { from }) }, (/** @type {any} */ answer) => {
        clearTimeout(late);
        if (socket !== this.#socket) return;
        if (answer.ok) this.tracks.followed(answer);
        else this.#giveUp(socket);
      });
      socket.once('disconnect', () => clearTimeout(late));
    }
  }

  /** @param {Socket} socket */
  #giveUp(socket) {
    if (socket !== this.#socket) return;
    this.refusals += 1;
    this.#elsewhere();
    socket.disconnect();
  }

  #elsewhere() {
    this.instance += 1;
    this.again();
  }

  get #socket() {
    return /** @type {Socket | undefined} */ (this.link);
  }
}
