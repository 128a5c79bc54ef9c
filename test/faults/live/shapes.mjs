// @ts-check
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';

/**
 * @typedef {object} Described
 * @property {Record<string, unknown>} payload
 *
 * @typedef {object} AsyncApi
 * @property {Record<string, { messages: Record<string, Described> }>} channels
 * @property {{ messages: Record<string, Described> }} components
 */

/** What the server declares its channels to send, by its AsyncAPI document. */
export class Shapes {
  #ajv = new Ajv({ strict: false });
  /** @type {Map<string, (value: unknown) => boolean>} */
  #validators = new Map();
  #document;

  /** @param {AsyncApi} document */
  constructor(document) {
    addFormats.default(this.#ajv);
    this.#document = document;
  }

  /** Of `message` or `snapshot` on a channel. @param {string} channel @param {string} kind @param {unknown} value */
  isOf(channel, kind, value) {
    return this.#isOf(
      this.#document.channels[channel]?.messages[kind],
      `${channel} ${kind}`,
      value,
    );
  }

  /** How a stream of events says where a channel begins. @param {unknown} value */
  isSubscribed(value) {
    return this.#isOf(this.#document.components.messages['subscribed'], 'subscribed', value);
  }

  /** How a socket is answered. @param {unknown} value */
  isFollowed(value) {
    return this.isOf('gateway', 'followed', value);
  }

  /** @param {Described | undefined} described @param {string} name @param {unknown} value */
  #isOf(described, name, value) {
    // What nobody has declared has no shape that could be right.
    if (described === undefined) return false;
    const known = this.#validators.get(name) ?? this.#ajv.compile(described.payload);
    this.#validators.set(name, known);
    return known(value);
  }
}
