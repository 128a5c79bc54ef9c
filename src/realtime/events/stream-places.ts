import type { ChannelPosition } from '../../redis/index.js';

/** What a client may hand back; ours are far shorter. */
const MAX_CHARACTERS = 4_096;
const PLACE = /^([^@,]{1,128})@([^@,]{1,64})@(\d{1,15})$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const SHORT_UUID = /^[A-Za-z0-9_-]{22}$/;

/**
 * How far a stream has got in each of its durable channels. Written into the id of its events, which a client hands back
 * when it comes again: `trading.orders@AZq…@12,trading.fills@AZq…@3`.
 */
export class StreamPlaces {
  readonly #places = new Map<string, ChannelPosition>();

  /** One that cannot be read, whoever made it, is no place at all: the stream begins with snapshots. */
  static parse(id = ''): StreamPlaces {
    const places = new StreamPlaces();
    if (id.length > MAX_CHARACTERS) return places;
    for (const text of id.split(',')) {
      const [, channel, epoch, seq] = PLACE.exec(text) ?? [];
      if (channel === undefined || epoch === undefined) return new StreamPlaces();
      places.reach(channel, { epoch: longEpoch(epoch), seq: Number(seq) });
    }
    return places;
  }

  /** undefined: the channel begins anew. */
  of(channel: string): ChannelPosition | undefined {
    return this.#places.get(channel);
  }

  reach(channel: string, { epoch, seq }: ChannelPosition): void {
    // Nobody knows its place while Redis is away: it begins anew.
    if (epoch === '') this.#places.delete(channel);
    else this.#places.set(channel, { epoch, seq });
  }

  /** Forgets what was followed once, and is not any more. */
  keepOnly(channels: readonly string[]): void {
    for (const channel of this.#places.keys()) {
      if (!channels.includes(channel)) this.#places.delete(channel);
    }
  }

  toString(): string {
    return [...this.#places]
      .map(([channel, { epoch, seq }]) => `${channel}@${shortEpoch(epoch)}@${seq}`)
      .join(',');
  }
}

/** It goes with every message: a UUID takes 22 characters, and not 36. */
function shortEpoch(epoch: string): string {
  if (!UUID.test(epoch)) return epoch;
  return Buffer.from(epoch.replaceAll('-', ''), 'hex').toString('base64url');
}

function longEpoch(text: string): string {
  if (!SHORT_UUID.test(text)) return text;
  const hex = Buffer.from(text, 'base64url').toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
