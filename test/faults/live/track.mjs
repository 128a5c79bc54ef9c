// @ts-check

/**
 * @typedef {{ epoch: string, seq: number }} Position
 * @typedef {{ id: string, version?: number, status?: string, quantity?: string, price?: string }} Item an order or a fill
 * @typedef {Position & { channel: string, data: Item }} Message
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
  /** Numbers of this epoch that were passed over. @type {Set<number>} */
  #missing = new Set();
  /** Since the last snapshot. @type {Set<string>} */
  #told = new Set();
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

  /** Takes the place of all it has. @param {Position} at @param {readonly Item[]} items */
  snapshot(at, items) {
    if (this.position !== undefined) this.snapshots += 1;
    this.isWaiting = false;
    this.position = at;
    this.items = new Map(items.map((item) => [item.id, item]));
    this.#missing.clear();
    this.#told.clear();
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
    const before = this.items.get(data.id);
    const isLater = (data.version ?? 0) > (before?.version ?? -1);
    if (this.#told.has(news)) this.faults.duplicated += 1;
    // What a snapshot already has may be told again: it was read after its place was taken down.
    else if (!isLater && [...this.#told].some((one) => one.startsWith(`${data.id} `))) {
      this.faults.outOfOrder += 1;
    }
    this.#told.add(news);
    if (isLater) this.items.set(data.id, data);
  }
}
