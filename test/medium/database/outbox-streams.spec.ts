import '../../support/quiet.js';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { z } from 'zod';
import type { Database, Transaction } from '../../../src/database/index.js';
import { OutboxRelay } from '../../../src/database/outbox/outbox-relay.js';
import { OutboxRepository } from '../../../src/database/outbox/outbox.repository.js';
import { Outbox } from '../../../src/database/outbox/outbox.js';
import { outboxTable, type OutboxRow } from '../../../src/database/outbox/outbox.table.js';
import { Correlation } from '../../../src/kernel/correlation.js';
import { defineEvent } from '../../../src/kernel/domain-event.js';
import { DATABASES } from '../../support/databases.js';
import { Deferred } from '../../support/deferred.js';
import { eventually } from '../../support/eventually.js';

const Happened = defineEvent('test.Happened', z.object({ number: z.number() }));
const numberOf = ({ payload }: OutboxRow) => (payload as { number: number }).number;

describe.each(DATABASES)('streams of the outbox on $name', (kind) => {
  let database: Database;
  let close: () => Promise<void>;
  let relays: OutboxRelay[] = [];
  let rows: OutboxRepository;
  let outbox: Outbox;

  beforeAll(async () => {
    ({ database, close } = await kind.open());
    rows = new OutboxRepository(database);
    outbox = new Outbox(rows, new Correlation());
  });
  const stopRelays = async () => {
    await Promise.all(relays.map((relay) => relay.beforeApplicationShutdown()));
    relays = [];
  };
  afterEach(async () => {
    await stopRelays();
    await database.sql.delete(outboxTable);
  });
  afterAll(() => close());

  const startRelay = (deliver: (row: OutboxRow) => Promise<void>) => {
    const relay = new OutboxRelay(rows, new Correlation(), outbox);
    relays.push(relay);
    relay.start(deliver);
  };
  const left = () => database.sql.select().from(outboxTable).orderBy(outboxTable.seq);
  /** As an account's row is locked by whoever changes the account. */
  const lock = (transaction: Transaction, stream: string) =>
    transaction.sql.execute(sql`select pg_advisory_xact_lock(hashtext(${stream}))`);
  const publish = (stream: string | undefined, ...numbers: number[]) =>
    database.transaction(async (transaction) => {
      if (stream !== undefined) await lock(transaction, stream);
      for (const number of numbers) {
        await outbox.publish(transaction, Happened, { number }, stream ? { stream } : {});
      }
    });

  it('hold back what follows on a row that fails, and nothing else', async () => {
    const delivered: [string | null, number][] = [];
    let broken = true;
    startRelay(async (row) => {
      if (row.stream === 'a' && numberOf(row) === 2 && broken) throw new Error('not yet');
      delivered.push([row.stream, numberOf(row)]);
    });
    await publish('a', 1, 2, 3);
    await publish('b', 1, 2, 3);
    await publish(undefined, 1);
    await publish('a', 4);
    await eventually(() => expect(delivered).toHaveLength(5));
    expect(delivered.filter(([stream]) => stream === 'a')).toEqual([['a', 1]]);
    await eventually(async () => {
      const [first, ...others] = await left();
      expect(first).toMatchObject({ stream: 'a', lastError: 'not yet' });
      expect(first?.attempts).toBeGreaterThan(1);
      expect(others.map(numberOf)).toEqual([3, 4]);
    });
    broken = false;
    await eventually(async () => expect(await left()).toEqual([]), { timeoutMs: 10_000 });
    const ofA = delivered.filter(([stream]) => stream === 'a').map(([, number]) => number);
    expect(ofA).toEqual([1, 2, 3, 4]);
  });

  it('go on beside one whose delivery takes its time', async () => {
    const gate = new Deferred<void>();
    const delivered: (string | null)[] = [];
    startRelay(async ({ stream }) => {
      if (stream === 'slow') await gate.promise;
      delivered.push(stream);
    });
    await publish('slow', 1);
    for (let number = 1; number <= 20; number += 1) await publish(`quick-${number}`, number);
    await eventually(() => expect(delivered).toHaveLength(20));
    gate.resolve();
    await eventually(async () => expect(await left()).toEqual([]));
    expect(delivered.at(-1)).toBe('slow');
  });

  it('belong to one relay until it has settled what it took, or its lease is over', async () => {
    await publish('a', 1, 2, 3, 4);
    const mine = await rows.claimStreams(['a'], 2, 60_000);
    expect(mine.map(numberOf)).toEqual([1, 2]);
    expect(await rows.claimStreams(['a'], 2, 60_000)).toEqual([]);
    await rows.settle(mine[0]!, [mine[0]!.id, mine[1]!.id]);
    const next = await rows.claimStreams(['a'], 2, 1);
    expect(next.map(numberOf)).toEqual([3, 4]);
    await sleep(10);
    const taken = await rows.claimStreams(['a'], 2, 60_000);
    expect(taken.map((row) => [numberOf(row), row.attempts])).toEqual([
      [3, 2],
      [4, 1],
    ]);
    // The one whose lease was over comes too late, with news of either kind: the rows are the other's.
    await rows.settle(next[0]!, [next[0]!.id, next[1]!.id]);
    await rows.settle(next[0]!, [], { id: next[0]!.id, delayMs: 0, attempts: 0 });
    expect((await left()).map(numberOf)).toEqual([3, 4]);
    expect(await rows.claimStreams(['a'], 2, 60_000)).toEqual([]);
    const again = { id: taken[1]!.id, delayMs: 0, attempts: 1, error: 'broken' };
    await rows.settle(taken[0]!, [taken[0]!.id], again);
    expect(await left()).toMatchObject([{ attempts: 1, lastError: 'broken' }]);
    expect(await rows.claimStreams(['a'], 2, 60_000)).toMatchObject([{ attempts: 2 }]);
  });

  it('are all found, page by page, without a look at more than the first row of each', async () => {
    for (const stream of ['c', 'a', 'b']) await publish(stream, 1, 2, 3);
    await rows.claimStreams(['b'], 20, 60_000);
    expect(await rows.listStreams('', 2)).toEqual([
      { stream: 'a', isDue: true },
      { stream: 'b', isDue: false },
    ]);
    expect(await rows.listStreams('b', 2)).toEqual([{ stream: 'c', isDue: true }]);
    expect(await rows.listStreams('c', 2)).toEqual([]);
  });

  // Whatever writers, relays, failures and crashes there are.
  it('lose nothing and keep the order of the commits', async () => {
    const histories = fc.record({
      seed: fc.integer(),
      streams: fc.integer({ min: 1, max: 4 }),
      writers: fc.integer({ min: 1, max: 5 }),
      commits: fc.integer({ min: 5, max: 15 }),
      failurePercent: fc.constantFrom(0, 5, 15),
      crashes: fc.integer({ min: 0, max: 10 }),
    });
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        const random = randomOf(history.seed);
        const numbers = new Map<string, number>();
        const undone = new Set<string>();
        const delivered = new Map<string, number[]>();
        const deliver = async (row: OutboxRow) => {
          await sleep(random() * 3);
          if (random() * 100 < history.failurePercent) throw new Error('by chance');
          const stream = row.stream ?? '';
          delivered.set(stream, [...(delivered.get(stream) ?? []), numberOf(row)]);
        };
        const write = async () => {
          for (let commit = 0; commit < history.commits; commit += 1) {
            const stream = `s${Math.floor(random() * history.streams)}`;
            const isUndone = random() < 0.1;
            const writing = database.transaction(async (transaction) => {
              await lock(transaction, stream);
              for (let row = 0; row <= random() * 3; row += 1) {
                const number = (numbers.get(stream) ?? 0) + 1;
                numbers.set(stream, number);
                if (isUndone) undone.add(`${stream}:${number}`);
                await outbox.publish(transaction, Happened, { number }, { stream });
              }
              if (isUndone) throw new Error('changed my mind');
            });
            await (isUndone ? expect(writing).rejects.toThrow('changed my mind') : writing);
          }
        };
        // Delivers some of what it has claimed, and is never heard of again.
        const crash = async () => {
          for (let count = 0; count < history.crashes; count += 1) {
            await sleep(random() * 30);
            const names = [...numbers.keys()];
            const claimed = await rows.claimStreams(names, 5, 100);
            const dead = new Set<string | null>();
            for (const row of claimed) {
              if (random() < 0.3) dead.add(row.stream);
              // What a relay gives up, it gives up for the rest of the stream.
              if (!dead.has(row.stream)) await deliver(row).catch(() => dead.add(row.stream));
            }
          }
        };
        startRelay(deliver);
        startRelay(deliver);
        await Promise.all([...Array.from({ length: history.writers }, write), crash()]);
        await eventually(async () => expect(await left()).toEqual([]), { timeoutMs: 30_000 });
        await stopRelays();
        for (const [stream, last] of numbers) {
          const committed = Array.from({ length: last }, (_, index) => index + 1).filter(
            (number) => !undone.has(`${stream}:${number}`),
          );
          // Again is allowed; ahead of its turn is not.
          expect([...new Set(delivered.get(stream) ?? [])]).toEqual(committed);
        }
      }),
      { numRuns: 4, endOnFailure: true },
    );
  }, 120_000);
});

describe('commits that overtake each other', () => {
  it.each([undefined, 'a'])('are both published, in stream %s', async (stream) => {
    const postgres = DATABASES.find(({ name }) => name === 'PostgreSQL');
    if (!postgres) throw new Error('no PostgreSQL');
    const { database, close } = await postgres.open();
    const rows = new OutboxRepository(database);
    const relay = new OutboxRelay(rows, new Correlation(), new Outbox(rows, new Correlation()));
    try {
      const delivered: number[] = [];
      relay.start(async (row) => void delivered.push(numberOf(row)));
      const insert = (transaction: Transaction, number: number) =>
        rows.insert(transaction.sql, [
          {
            kind: 'event',
            topic: 'test.Happened',
            name: '',
            payload: { number },
            version: 1,
            correlationId: 'request-1',
            stream: stream ?? null,
          },
        ]);
      const written = new Deferred<void>();
      const gate = new Deferred<void>();
      const slow = database.transaction(async (transaction) => {
        await insert(transaction, 1);
        written.resolve();
        await gate.promise;
      });
      await written.promise;
      await database.transaction((transaction) => insert(transaction, 2));
      await eventually(() => expect(delivered).toEqual([2]));
      gate.resolve();
      await slow;
      await eventually(() => expect(delivered).toEqual([2, 1]));
    } finally {
      await relay.beforeApplicationShutdown();
      await close();
    }
  });
});

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
