// @ts-check
/** @import { Channel } from './channels.mjs' */
/** @import { Shapes } from './shapes.mjs' */
import { Tracks } from './tracks.mjs';

const RETRY_MS = 200;
/** In which it takes nothing more from a connection that is about to break: what was sent in that time never arrives. */
export const DEAF_MS = 300;

/**
 * @typedef {object} Place
 * @property {string} token
 * @property {string[]} urls of the instances, as they are at the moment
 * @property {number} instance the one it begins with
 * @property {Record<Channel, Map<string, string>>} truths of what its user is told
 * @property {Shapes} shapes
 * @property {() => number} random
 */

/** A client that keeps its place on each channel, comes back after whatever happens, and goes on from there. */
export class Follower {
  connections = 0;
  refusals = 0;
  tracks;
  /** @protected */
  place;
  /** The one it connects to, the next time. @protected */
  instance;
  /** @protected */
  isAway = false;
  /** @protected */
  isEnded = false;
  /** What it hears from; undefined: it comes back by and by. @type {unknown} @protected */
  link;

  /** @param {Place} place */
  constructor(place) {
    this.place = place;
    this.instance = place.instance;
    this.tracks = new Tracks(place.truths, place.shapes);
  }

  /** Whether it follows all it wants to. */
  get isInStep() {
    return this.tracks.all.every(({ isInStep }) => isInStep);
  }

  /** The connection breaks, with what is on its way; it stays away until it is told to {@link comeBack}. */
  drop() {
    this.isAway = true;
  }

  comeBack() {
    this.isAway = false;
    this.#connectIfItMay();
  }

  end() {
    this.isEnded = true;
  }

  /** Of the instance whose turn it is. @protected */
  get url() {
    const { urls } = this.place;
    return urls[this.instance % urls.length] ?? '';
  }

  /** By the protocol of its kind: goes on from its place, at {@link url}. @protected */
  connect() {
    throw new Error('each kind connects in its way');
  }

  /** The connection is gone. @protected */
  again() {
    this.link = undefined;
    this.tracks.wait();
    setTimeout(() => this.#connectIfItMay(), RETRY_MS * (0.5 + this.place.random()));
  }

  #connectIfItMay() {
    if (!this.isEnded && !this.isAway && this.link === undefined) this.connect();
  }
}
