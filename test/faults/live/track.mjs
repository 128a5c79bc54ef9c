// @ts-check
/** @import { Channel } from './channels.mjs' */

/**
 * @typedef {{ epoch: string, seq: number }} Position
 * @typedef {{ id: string, version?: number, status?: string, quantity?: string, price?: string }} Item an order or a fill
 * @typedef {Position & { channel: Channel, data: Item }} Message
 *
 * What went wrong, in messages.
 * @typedef {object} Faults
 * @property {number} lost numbers that were passed over, or another epoch, and nobody said so
 * @property {number} duplicated the same number, or the same news, once more
 * @property {number} outOfOrder after a later one, or before the answer that says where it begins
 * @property {number} different that other clients got with other contents
 */

/** What a message says, in short: no two of an epoch say the same. @param {Item} item */
export function newsOf({ id, version = 0, status = '', quantity = '', price = '' }) {
  return `${id} ${version} ${status} ${quantity} ${price}`;
}

/** One channel as one client has it, and what was wrong with what it was sent. */
export class Track {
  /** Where it is; undefined: at its very beginning. @type {Position | undefined} */
  position;
  /** It has asked to be told from where on, and has no answer. */
  isWaiting = true;
  /** @type {Map<string, Item>} */
  items = new Map();
  messages = 0;
  recoveries = 0;
  snapshots = 0;
  /** @type {Faults} */
  faults = { lost: 0, duplicated: 0, outOfOrder: 0, different: 0 };
  /** The last of what it missed, which is still to come. @type {Position | undefined} */
  #owed;
  /** Numbers of this epoch that were passed over. @type {Set<number>} */
  #missing = new Set();
  /** News since the last snapshot. @type {Set<string>} */
  #told = new Set();
  /** The latest version of each item that messages have told since then. @type {Map<string, number>} */
  #versions = new Map();
  #truth;

  /** @param {Map<string, string>} truth what each message of the channel said to whoever got it first */
  constructor(truth) {
    this.#truth = truth;
  }

  /** @param {Message} message as it came by itself */
  message(message) {
    if (this.isWaiting) this.faults.outOfOrder += 1;
    else this.#take(message);
  }

  /** Missed ones, which the answer has. @param {Position} at @param {readonly Message[]} messages */
  recovered(at, messages) {
    this.isWaiting = false;
    this.recoveries += 1;
    for (const message of messages) this.#take(message);
    const { position } = this;
    if (position?.epoch !== at.epoch) this.faults.lost += 1;
    else this.faults.lost += Math.abs(at.seq - position.seq);
    this.position = at;
  }

  /** What it missed, up to there, comes by itself. @param {Position} upTo */
  goesOn(upTo) {
    this.isWaiting = false;
    this.recoveries += 1;
    if (this.position?.epoch === upTo.epoch) this.#owed = upTo;
    else this.faults.lost += 1;
  }

  /** Whether it has been told where it begins, and has what it missed. */
  get isInStep() {
    const [owed, at] = [this.#owed, this.position];
    const hasAll = owed === undefined || owed.epoch !== at?.epoch || owed.seq <= at.seq;
    return !this.isWaiting && hasAll;
  }

  /** Takes the place of all it has. @param {Position} at @param {readonly Item[]} items */
  snapshot(at, items) {
    if (this.position !== undefined) this.snapshots += 1;
    this.isWaiting = false;
    this.position = at;
    this.items = new Map(items.map((item) => [item.id, item]));
    this.#missing.clear();
    this.#told.clear();
    this.#versions.clear();
  }

  /** @param {Message} message */
  #take({ epoch, seq, data }) {
    const at = this.position;
    if (at === undefined) {
      this.faults.lost += 1;
      return;
    }
    if (epoch !== at.epoch) {
      this.faults.lost += 1;
      this.#missing.clear();
    } else if (seq <= at.seq) {
      // What comes late after all was not lost.
      if (this.#missing.delete(seq)) {
        this.faults.lost -= 1;
        this.faults.outOfOrder += 1;
      } else this.faults.duplicated += 1;
      return;
    } else {
      for (let missing = at.seq + 1; missing < seq; missing += 1) this.#missing.add(missing);
      this.faults.lost += seq - at.seq - 1;
    }
    this.position = { epoch, seq };
    this.messages += 1;
    this.#compare(`${epoch} ${seq}`, data);
    this.#apply(data);
  }

  /** @param {string} place @param {Item} data */
  #compare(place, data) {
    const news = newsOf(data);
    const first = this.#truth.get(place);
    if (first === undefined) this.#truth.set(place, news);
    else if (first !== news) this.faults.different += 1;
  }

  /** @param {Item} data */
  #apply(data) {
    const news = newsOf(data);
    const { id, version = 0 } = data;
    // What a snapshot already has may be told again, step by step: it was read after its place was taken down.
    if (this.#told.has(news)) this.faults.duplicated += 1;
    else if (version <= (this.#versions.get(id) ?? -1)) this.faults.outOfOrder += 1;
    this.#told.add(news);
    this.#versions.set(id, version);
    if (version > (this.items.get(id)?.version ?? -1)) this.items.set(id, data);
  }
}
