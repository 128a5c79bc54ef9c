// @ts-check
/** @import { Channel } from './channels.mjs' */
/** @import { Shapes } from './shapes.mjs' */
/** @import { Item, Message, Position } from './track.mjs' */
import { channelNames, CHANNELS } from './channels.mjs';
import { Track } from './track.mjs';

/** @typedef {Position & { channel: Channel, data: any }} Snapshot */

/** All channels as one client has them. Whatever it is sent has the shape that the channel declares, or is counted. */
export class Tracks {
  /** What it was sent that had another shape than declared: it is not looked into. */
  misshapen = 0;
  /** @type {Record<Channel, Track>} */
  of;
  #shapes;

  /** @param {Record<Channel, Map<string, string>>} truths of what its user is told @param {Shapes} shapes */
  constructor(truths, shapes) {
    this.#shapes = shapes;
    this.of = {
      'trading.orders': new Track(truths['trading.orders']),
      'trading.fills': new Track(truths['trading.fills']),
    };
  }

  get all() {
    return channelNames.map((name) => this.of[name]);
  }

  /** On a new connection nothing may come before it was told where it begins. */
  wait() {
    for (const track of this.all) track.isWaiting = true;
  }

  get isWaiting() {
    return this.all.some(({ isWaiting }) => isWaiting);
  }

  /** @param {Message} message */
  message(message) {
    if (this.#has('message', message)) this.of[message.channel].message(message);
  }

  /** @param {Snapshot} snapshot */
  snapshot({ channel, epoch, seq, data }) {
    if (!this.#has('snapshot', { channel, epoch, seq, data })) return;
    this.of[channel].snapshot({ epoch, seq }, data[CHANNELS[channel]]);
  }

  /** A socket's answer. @param {any} answer */
  followed(answer) {
    const { channel, epoch, seq, recovered, messages, snapshot } = answer;
    if (!this.#counted(this.#shapes.isFollowed(answer))) return;
    if (!recovered) this.snapshot({ channel, epoch, seq, data: snapshot });
    else if (/** @type {Message[]} */ (messages).every((one) => this.#has('message', one))) {
      this.of[/** @type {Channel} */ (channel)].recovered({ epoch, seq }, messages);
    }
  }

  /** An event stream's word; what it speaks of follows. @param {any} subscribed */
  subscribed(subscribed) {
    if (!this.#counted(this.#shapes.isSubscribed(subscribed))) return;
    const { channel, epoch, seq, recovered } = subscribed;
    if (recovered) this.of[/** @type {Channel} */ (channel)].goesOn({ epoch, seq });
  }

  /** @param {'message' | 'snapshot'} kind @param {Message | Snapshot} value */
  #has(kind, value) {
    return this.#counted(this.#shapes.isOf(value.channel, kind, value));
  }

  /** @param {boolean} isRight */
  #counted(isRight) {
    if (!isRight) this.misshapen += 1;
    return isRight;
  }
}
