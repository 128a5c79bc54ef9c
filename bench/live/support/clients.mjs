// @ts-check
/** @import { Answer, Message } from './wire-socket.mjs' */
import { monotonicMs } from '../../harness/measuring.mjs';
import { expectSame, expectThat } from '../../harness/results.mjs';
import { percentile } from '../../harness/statistics.mjs';
import { WireSocket } from './wire-socket.mjs';

const RECEIVED_MS = 20_000;

/**
 * Who connects where, and what each follows.
 * @typedef {object} Crowd
 * @property {readonly string[]} urls in turns
 * @property {readonly string[]} tokens in turns
 * @property {number} count
 * @property {readonly string[]} channels
 *
 * What is going to be sent: message `i` to the sockets whose index leaves the rest `i` by `groups`.
 * @typedef {object} Expected
 * @property {number} messages
 * @property {number} groups 1: every one to all
 *
 * @typedef {{ received: number, p50: number, p99: number }} Received ms from the moment that it was sent
 */

/** @typedef {{ socket: WireSocket, next: number, from: Map<string, { epoch: string, seq: number }> }} Client */

/** All clients of one side, in a process of their own. */
export function openClients() {
  /** @type {Crowd} */
  let crowd = { urls: [], tokens: [], count: 0, channels: [] };
  /** @type {Client[]} */
  let clients = [];
  let groups = 1;
  let latencies = new Float64Array(0);
  let received = 0;
  /** @type {(() => void) | undefined} */
  let complete;
  /** @type {string | undefined} */
  let wrong;

  /** @param {Client} client @param {Message} message */
  const take = (client, { channel, epoch, seq, data: { sentAt, i } }) => {
    const now = monotonicMs();
    if (i !== client.next) wrong ??= `message ${i} came where ${client.next} was due`;
    client.next += groups;
    client.from.set(channel, { epoch, seq });
    latencies[received] = now - sentAt;
    received += 1;
    if (received === latencies.length) complete?.();
  };

  /** @param {number} index @param {Client['from']} from @returns {Promise<readonly Answer[]>} */
  const join = async (index, from) => {
    const { urls, tokens, channels } = crowd;
    const url = urls[index % urls.length] ?? '';
    // Each user has as many sockets on each instance.
    const token = tokens[Math.floor(index / urls.length) % tokens.length] ?? '';
    /** @type {Client} */
    const client = {
      socket: new WireSocket(url, token, (message) => take(client, message)),
      next: 0,
      from,
    };
    clients[index] = client;
    await client.socket.ready;
    return Promise.all(
      channels.map(async (channel) => {
        const place = from.get(channel);
        const answer = await client.socket.subscribe({
          channel,
          ...(place && { from: place }),
        });
        expectThat('a channel is followed', answer.ok, answer);
        from.set(channel, { epoch: answer.epoch, seq: answer.seq });
        return answer;
      }),
    );
  };

  return {
    /** So many at a time. @param {Crowd & { atOnce: number }} wanted */
    open: async ({ atOnce, ...wanted }) => {
      crowd = wanted;
      for (let first = 0; first < crowd.count; first += atOnce) {
        const some = Math.min(atOnce, crowd.count - first);
        await Promise.all(Array.from({ length: some }, (_, i) => join(first + i, new Map())));
      }
    },
    /** @param {Expected} expected */
    expect: (expected) => {
      groups = expected.groups;
      received = 0;
      wrong = undefined;
      latencies = new Float64Array((expected.messages * clients.length) / groups);
      for (const [index, client] of clients.entries()) client.next = index % groups;
    },
    /** Resolves once all there is to come is there; nobody may have less, or more, or in another order. @returns {Promise<Received>} */
    received: async () => {
      await new Promise((resolve) => {
        complete = () => resolve(undefined);
        setTimeout(complete, RECEIVED_MS).unref();
        if (received >= latencies.length) complete();
      });
      expectThat(wrong ?? '', wrong === undefined);
      expectSame('messages received', received, latencies.length);
      const all = [...latencies];
      return { received, p50: percentile(all, 50), p99: percentile(all, 99) };
    },
    /** All connections break. */
    destroy: () => {
      for (const { socket } of clients) socket.destroy();
    },
    /**
     * All come back in the same moment, each from where it was.
     * @returns {Promise<{ ms: number, recovered: number, missed: number }>} until the last one follows all; how many answers
     *   said that nothing is lost, and how many messages they had
     */
    comeBack: async () => {
      const startedAt = monotonicMs();
      const before = clients;
      clients = [];
      const answers = await Promise.all(before.map(({ from }, index) => join(index, from)));
      const ms = monotonicMs() - startedAt;
      let recovered = 0;
      let missed = 0;
      for (const answer of answers.flat()) {
        if (!answer.recovered) continue;
        recovered += 1;
        missed += answer.messages.length;
      }
      return { ms, recovered, missed };
    },
  };
}
