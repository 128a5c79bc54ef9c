// @ts-check
/** @import { LiveClient, LiveStatus } from '../../../clients/live-client/src/index.js' */
/** @import { Place } from './follower.mjs' */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { channelNames } from './channels.mjs';
import { DEAF_MS, Follower } from './follower.mjs';
import { Line } from './line.mjs';

const ROOT = new URL('../../../', import.meta.url);
const COMPILER = fileURLToPath(new URL('node_modules/typescript/bin/tsc', ROOT));
const PROJECT = fileURLToPath(new URL('clients/live-client/tsconfig.build.json', ROOT));
const BUILT = new URL('clients/live-client/dist/index.js', ROOT).href;

/** As it is built for those who use it. @returns {Promise<typeof LiveClient>} */
export async function buildLiveClient() {
  await promisify(execFile)(process.execPath, [COMPILER, '-p', PROJECT]);
  return (await import(BUILT)).LiveClient;
}

/** The TypeScript client: it connects, comes back and goes on by itself, and says what it has lost. */
export class ClientFollower extends Follower {
  #line;
  #client;
  #isConnected = false;
  /** Channels of which it has said that it lost something; a snapshot comes next. @type {Set<string>} */
  #lost = new Set();

  /** @param {typeof LiveClient} Client @param {Place} place */
  static async start(Client, place) {
    const line = new Line(place.urls, place.instance);
    await line.open();
    return new ClientFollower(Client, place, line);
  }

  /** @param {typeof LiveClient} Client @param {Place} place @param {Line} line */
  constructor(Client, place, line) {
    super(place);
    this.#line = line;
    this.#client = new Client({
      url: line.url,
      token: place.token,
      backoff: { firstMs: 100, longestMs: 500 },
      onStatus: (status) => this.#status(status),
    });
    for (const channel of channelNames) {
      this.#client.follow(channel, {
        onSnapshot: (_, snapshot) => this.#snapshot({ ...snapshot, channel }),
        onMessage: (_, message) => this.tracks.message({ ...message, channel }),
        onLost: () => void this.#lost.add(channel),
        onRefused: () => void (this.refusals += 1),
      });
    }
  }

  /** @override */
  get isInStep() {
    return this.#isConnected && super.isInStep;
  }

  /** @override */
  drop() {
    super.drop();
    this.#line.down(DEAF_MS * this.place.random());
  }

  /** @override */
  comeBack() {
    this.isAway = false;
    this.#line.up();
  }

  /** @override */
  end() {
    super.end();
    this.#client.close();
    this.#line.close();
  }

  /** @param {LiveStatus} status */
  #status({ state }) {
    this.#isConnected = state === 'connected';
    if (this.#isConnected) this.connections += 1;
  }

  /** @param {import('./tracks.mjs').Snapshot} snapshot */
  #snapshot(snapshot) {
    const track = this.tracks.of[snapshot.channel];
    // What is begun anew without a word about what was lost.
    if (track.position !== undefined && !this.#lost.delete(snapshot.channel))
      track.faults.lost += 1;
    this.tracks.snapshot(snapshot);
  }
}
