import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { DAY_MS } from '../../../kernel/duration.js';
import type { RedisClient } from '../../connection/create-client.js';
import type { RedisConnections } from '../../connection/redis-connections.js';
import type { KeyBuilder } from '../../keys/redis-key.js';
import { LuaScript } from '../../scripts/lua-script.js';
import type { LogEntry, LogPosition } from './log-follower.js';

/** What an instance that was cut off can catch up with; one that missed more drops all it has. */
const MAX_ENTRIES = 10_000;
/** Renewed by every beat: it ends a day after the last instance did. */
const LOG_TTL_MS = DAY_MS;
/** Names in one entry: keeps a message small, and the log bounded in bytes. */
const MAX_NAMES_PER_ENTRY = 500;
const RESUBSCRIBE_MS = 250;

export interface LogListener {
  onEntry(entry: LogEntry): void;
  onBeat(beatId: string, head: LogPosition): void;
  /** Whoever loaded this entry is done with it. */
  onSettled(name: string): void;
  /** What is sent from now on does not arrive, for all we know. */
  onSilence(): void;
  /** The connection was closed for good. */
  onEnd(): void;
}

const positionOf = (id: string, nonce: string): LogPosition => ({
  seq: Number(id.slice(0, id.indexOf('-'))),
  nonce,
});
const EMPTY: LogPosition = { seq: 0, nonce: '' };
const namesSchema = z.array(z.string());
const entrySchema = z.tuple([z.string(), z.string(), z.string(), z.string(), z.string()]);
const beatSchema = z.tuple([z.string(), z.string(), z.string()]);

/**
 * The log of invalidations, which all instances of a fleet share: a bounded stream in Redis, pushed to all by
 * pub/sub. On a Cluster the stream and its channels belong to one node.
 */
export class InvalidationLog {
  /** Tells this instance's entries and beats from others'. */
  readonly instanceId = newNonce();
  readonly #connections: RedisConnections;
  readonly #append = new LuaScript('cache-log-append');
  readonly #beat = new LuaScript('cache-log-beat');
  readonly #stream: string;
  readonly #entries: string;
  readonly #beats: string;
  /** On which {@link LogListener.onSettled} is told. */
  readonly settledChannel: string;
  #subscriber: RedisClient | undefined;
  #retry: NodeJS.Timeout | undefined;

  constructor(connections: RedisConnections, keys: KeyBuilder) {
    this.#connections = connections;
    // The braces keep the stream and its channels on one node of a Cluster.
    this.#stream = keys.key('cache', '{~log}');
    this.#entries = `${this.#stream}:entries`;
    this.#beats = `${this.#stream}:beat:${this.instanceId}`;
    this.settledChannel = `${this.#stream}:settled`;
  }

  /** Connects, in the background, and for ever. */
  listen(listener: LogListener): void {
    const subscriber = this.#connections.create('invalidation');
    this.#subscriber = subscriber;
    subscriber.on('message', (channel: string, text: string) => {
      this.#receive(listener, channel, text);
    });
    subscriber.on('ready', () => void this.#subscribe(subscriber));
    subscriber.once('end', () => listener.onEnd());
    for (const event of ['close', 'reconnecting']) {
      subscriber.on(event, () => listener.onSilence());
    }
    if (subscriber.status === 'ready') void this.#subscribe(subscriber);
  }

  async close(): Promise<void> {
    clearTimeout(this.#retry);
    if (this.#subscriber !== undefined) await this.#connections.close(this.#subscriber);
  }

  /** Rejects when an entry could not be appended, or perhaps was. */
  async append(names: readonly string[]): Promise<void> {
    const parts: (readonly string[])[] = [];
    for (let i = 0; i < names.length; i += MAX_NAMES_PER_ENTRY) {
      parts.push(names.slice(i, i + MAX_NAMES_PER_ENTRY));
    }
    await Promise.all(
      parts.map((part) =>
        this.#append.run(
          this.#connections.command,
          [this.#stream],
          [
            ...[newNonce(), this.instanceId, JSON.stringify(part)],
            ...[this.#entries, MAX_ENTRIES, LOG_TTL_MS],
          ],
        ),
      ),
    );
  }

  /** Rejects while Redis takes no writes. The beat comes back by `onBeat`, if all is well. @returns the head */
  async beat(beatId: string): Promise<LogPosition> {
    const args = [this.#beats, beatId, LOG_TTL_MS, newNonce()];
    const answer = await this.#beat.run(this.#connections.command, [this.#stream], args);
    const [id, nonce] = answer as [string, string];
    return positionOf(id, nonce);
  }

  /**
   * The log from `seq` on, and its head; empty: at seq 0.
   * @param seq undefined: only the head
   */
  async read(seq: number | undefined): Promise<{ known: readonly LogEntry[]; head: LogPosition }> {
    const { command } = this.#connections;
    const [last, entries] = await Promise.all([
      command.xrevrange(this.#stream, '+', '-', 'COUNT', 1),
      seq === undefined ? [] : command.xrange(this.#stream, `${Math.max(seq, 1)}-0`, '+'),
    ]);
    const known = entries.map(parseEntry);
    const { seq: headSeq, nonce } = known.at(-1) ?? last.map(parseEntry)[0] ?? EMPTY;
    return { known, head: { seq: headSeq, nonce } };
  }

  async #subscribe(subscriber: RedisClient): Promise<void> {
    try {
      await subscriber.subscribe(this.#entries, this.#beats, this.settledChannel);
    } catch {
      // A lost connection comes by again; one that refused has to be asked again. Beats show when it works.
      clearTimeout(this.#retry);
      this.#retry = setTimeout(() => {
        if (subscriber.status === 'ready') void this.#subscribe(subscriber);
      }, RESUBSCRIBE_MS).unref();
    }
  }

  #receive(listener: LogListener, channel: string, text: string): void {
    if (channel === this.settledChannel) return listener.onSettled(text);
    try {
      const message: unknown = JSON.parse(text);
      if (channel === this.#beats) {
        const [beatId, id, nonce] = beatSchema.parse(message);
        listener.onBeat(beatId, positionOf(id, nonce));
      } else {
        const [id, nonce, previous, origin, names] = entrySchema.parse(message);
        listener.onEntry({ ...positionOf(id, nonce), previous, origin, names: parseNames(names) });
      }
    } catch {
      // Not ours, or of another release: what it said is unknown.
      listener.onSilence();
    }
  }
}

function newNonce(): string {
  return randomBytes(6).toString('base64url');
}

function parseNames(text: string): readonly string[] {
  return namesSchema.parse(JSON.parse(text));
}

function parseEntry([id, fields]: [string, string[]]): LogEntry {
  const field = (name: string): string => fields[fields.indexOf(name) + 1] ?? '';
  return {
    ...positionOf(id, field('nonce')),
    previous: field('previous'),
    origin: field('origin'),
    names: parseNames(field('names')),
  };
}
