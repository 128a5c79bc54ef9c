// @ts-check
/** @import { ClientRequest, IncomingMessage } from 'node:http' */
/** @import { Place } from './follower.mjs' */
import { request } from 'node:http';
import { channelNames } from './channels.mjs';
import { DEAF_MS, Follower } from './follower.mjs';

/** The server says something each 10 s: who hears nothing for so long is cut off. */
const SILENCE_MS = 20_000;

/** A reader of Server-Sent Events, which hands back the id of the last one that it has whole. */
export class EventFollower extends Follower {
  #lastEventId = '';

  /** @param {Place} place */
  constructor(place) {
    super(place);
    this.connect();
  }

  /** @override */
  drop() {
    super.drop();
    const connection = this.#call?.socket;
    if (!connection) return;
    connection.pause();
    setTimeout(() => connection.destroy(), DEAF_MS * this.place.random());
  }

  /** @override */
  end() {
    super.end();
    this.#call?.destroy();
  }

  /** @override */
  connect() {
    this.tracks.wait();
    const call = request(`${this.url}/api/live/events?channels=${channelNames.join()}`, {
      agent: false,
      headers: {
        accept: 'text/event-stream',
        authorization: `Bearer ${this.place.token}`,
        ...(this.#lastEventId && { 'last-event-id': this.#lastEventId }),
      },
    });
    this.link = call;
    call.setTimeout(SILENCE_MS, () => call.destroy());
    call.on('response', (answer) => this.#begin(call, answer));
    // Nobody is there, or it breaks in the middle.
    call.on('error', () => this.#elsewhere(call));
    call.on('close', () => this.#elsewhere(call));
    call.end();
  }

  get #call() {
    return /** @type {ClientRequest | undefined} */ (this.link);
  }

  /** @param {ClientRequest} call @param {IncomingMessage} answer */
  #begin(call, answer) {
    if (answer.statusCode !== 200) {
      this.refusals += 1;
      call.destroy();
      return;
    }
    this.connections += 1;
    let rest = '';
    answer.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      const blocks = (rest + text).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) if (call === this.link) this.#take(fieldsOf(block));
    });
    answer.on('error', () => undefined);
  }

  /** @param {Map<string, string>} fields */
  #take(fields) {
    const [event, id, text] = ['event', 'id', 'data'].map((name) => fields.get(name));
    if (id !== undefined) this.#lastEventId = id;
    if (text === undefined) return;
    const data = JSON.parse(text);
    if (event === 'message') this.tracks.message(data);
    else if (event === 'snapshot') this.tracks.snapshot(data);
    else if (event === 'subscribed') this.tracks.subscribed(data);
  }

  /** @param {ClientRequest} call */
  #elsewhere(call) {
    if (call !== this.link) return;
    this.instance += 1;
    this.again();
  }
}

/** Of an event; comments have none. @param {string} block */
function fieldsOf(block) {
  const lines = block.split('\n').map((line) => /^([a-z]+): ?(.*)$/.exec(line));
  return new Map(lines.flatMap((line) => (line ? [[line[1] ?? '', line[2] ?? '']] : [])));
}
