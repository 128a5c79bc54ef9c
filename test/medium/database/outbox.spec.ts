import '../../support/quiet.js';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Database } from '../../../src/database/index.js';
import { DomainEvents } from '../../../src/database/outbox/domain-events.js';
import { OutboxRelay } from '../../../src/database/outbox/outbox-relay.js';
import { OutboxRepository } from '../../../src/database/outbox/outbox.repository.js';
import { Outbox } from '../../../src/database/outbox/outbox.js';
import { outboxTable, type OutboxRow } from '../../../src/database/outbox/outbox.table.js';
import { Correlation } from '../../../src/kernel/correlation.js';
import { defineEvent } from '../../../src/kernel/domain-event.js';
import { jobContext, openFields } from '../../../src/kernel/sealed-fields.js';
import type { KeyRing } from '../../../src/kernel/secret-box.js';
import { eventually } from '../../support/eventually.js';
import { DATABASES } from '../../support/databases.js';

const Happened = defineEvent('test.Happened', z.object({ number: z.number() }));
const KEYS: KeyRing = [{ id: 'k1', secret: Buffer.alloc(32, 1).toString('base64') }];
const queue = {
  name: 'test',
  jobs: {
    work: { schema: z.object({ number: z.number() }), upgrades: [], encrypt: [] },
    whisper: { schema: z.object({ to: z.string() }), upgrades: [], encrypt: ['to'] },
  },
};

describe.each(DATABASES)('the outbox on $name', (kind) => {
  let database: Database;
  let close: () => Promise<void>;
  const correlation = new Correlation();
  const relays: OutboxRelay[] = [];

  beforeAll(async () => {
    ({ database, close } = await kind.open());
  });
  afterEach(async () => {
    await Promise.all(relays.splice(0).map((relay) => relay.beforeApplicationShutdown()));
    await database.sql.delete(outboxTable);
  });
  afterAll(() => close());

  const create = () => {
    const rows = new OutboxRepository(database);
    const outbox = new Outbox(rows, correlation, { encryptionKeys: KEYS });
    const relay = new OutboxRelay(rows, correlation, outbox);
    relays.push(relay);
    return { rows, outbox, relay };
  };
  const left = () => database.sql.select().from(outboxTable);

  it('delivers what a transaction left, at once after its commit, under its correlation id', async () => {
    const { outbox, relay } = create();
    const delivered: [OutboxRow, string][] = [];
    relay.start((row) => Promise.resolve(void delivered.push([row, correlation.current()])));
    await correlation.run('request-1', () =>
      database.transaction(async (transaction) => {
        await outbox.addJob(transaction, queue, 'work', { number: 1 });
        await outbox.publish(transaction, Happened, { number: 2 });
      }),
    );
    // Well below the second after which rows are looked for without a commit's notice.
    await eventually(() => expect(delivered).toHaveLength(2), { timeoutMs: 500 });
    expect(delivered[0]?.[0]).toMatchObject({
      kind: 'job',
      topic: 'test',
      name: 'work',
      payload: { number: 1 },
    });
    expect(delivered[1]?.[0]).toMatchObject({
      kind: 'event',
      topic: 'test.Happened',
      payload: { number: 2 },
    });
    expect(delivered.map(([, id]) => id)).toEqual(['request-1', 'request-1']);
    await eventually(async () => expect(await left()).toEqual([]));
  });

  it('keeps the sealed fields of a job sealed, as its queue will open them', async () => {
    const { outbox } = create();
    await database.transaction((transaction) =>
      outbox.addJob(transaction, queue, 'whisper', { to: 'Ada' }),
    );
    const [row] = await left();
    expect(JSON.stringify(row)).not.toContain('Ada');
    const opened = openFields(row?.payload ?? null, KEYS, jobContext('test', 'whisper'));
    expect(opened).toEqual({ to: 'Ada' });
  });

  it('delivers nothing of a transaction that is rolled back', async () => {
    const { outbox, relay } = create();
    const delivered: OutboxRow[] = [];
    relay.start((row) => Promise.resolve(void delivered.push(row)));
    const failing = database.transaction(async (transaction) => {
      await outbox.publish(transaction, Happened, { number: 1 });
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    await database.transaction((transaction) =>
      outbox.publish(transaction, Happened, { number: 2 }),
    );
    await eventually(() => expect(delivered).not.toEqual([]));
    expect(delivered.map(({ payload }) => payload)).toEqual([{ number: 2 }]);
  });

  it('finds rows that a process left when it died, without any notice', async () => {
    const dead = create();
    await database.transaction((transaction) =>
      dead.outbox.publish(transaction, Happened, { number: 7 }),
    );
    const delivered: unknown[] = [];
    create().relay.start(({ payload }) => Promise.resolve(void delivered.push(payload)));
    await eventually(() => expect(delivered).toEqual([{ number: 7 }]));
  });

  it('tries again what could not be delivered, later each time, without holding up the rest', async () => {
    const { outbox, relay } = create();
    const tries: number[] = [];
    const others: unknown[] = [];
    relay.start(({ payload, attempts }) => {
      if ((payload as { number: number }).number !== 1)
        return Promise.resolve(void others.push(payload));
      tries.push(attempts);
      return attempts < 3 ? Promise.reject(new Error('not yet')) : Promise.resolve();
    });
    await database.transaction(async (transaction) => {
      await outbox.publish(transaction, Happened, { number: 1 });
      await outbox.publish(transaction, Happened, { number: 2 });
    });
    await eventually(() => expect(others).toEqual([{ number: 2 }]), { timeoutMs: 500 });
    await eventually(async () => expect(await left()).toEqual([]), { timeoutMs: 10_000 });
    expect(tries).toEqual([1, 2, 3]);
  });

  it('gives each row to one of many relays', async () => {
    const { outbox } = create();
    const delivered: string[] = [];
    const deliver = async ({ id }: OutboxRow) => {
      delivered.push(id);
      await sleep(1);
    };
    await database.transaction(async (transaction) => {
      for (let number = 0; number < 250; number += 1)
        await outbox.publish(transaction, Happened, { number });
    });
    for (let index = 0; index < 4; index += 1) create().relay.start(deliver);
    await eventually(async () => expect(await left()).toEqual([]), { timeoutMs: 10_000 });
    expect(delivered).toHaveLength(250);
    expect(new Set(delivered).size).toBe(250);
  });

  it('lets go of rows whose relay died while delivering', async () => {
    const { rows, outbox } = create();
    await database.transaction((transaction) =>
      outbox.publish(transaction, Happened, { number: 1 }),
    );
    expect(await rows.claim(10, 50)).toHaveLength(1);
    expect(await rows.claim(10, 50)).toEqual([]);
    await eventually(async () => expect(await rows.claim(10, 50)).toHaveLength(1));
  });

  it('ends only after the delivery under way, and starts no other', async () => {
    const { outbox, relay } = create();
    const done: unknown[] = [];
    let begun = (): void => undefined;
    const running = new Promise<void>((resolve) => (begun = resolve));
    relay.start(async ({ payload }) => {
      begun();
      await sleep(50);
      done.push(payload);
    });
    await database.transaction((transaction) =>
      outbox.publish(transaction, Happened, { number: 1 }),
    );
    await running;
    await relay.beforeApplicationShutdown();
    expect(done).toEqual([{ number: 1 }]);
    await database.transaction((transaction) =>
      outbox.publish(transaction, Happened, { number: 2 }),
    );
    await sleep(100);
    expect(done).toHaveLength(1);
    expect(await left()).toHaveLength(1);
  });

  it('gives back at once what it has claimed and not delivered when it ends', async () => {
    const { rows, outbox, relay } = create();
    await database.transaction(async (transaction) => {
      for (let number = 0; number < 50; number += 1)
        await outbox.publish(transaction, Happened, { number });
    });
    let begun = (): void => undefined;
    const running = new Promise<void>((resolve) => (begun = resolve));
    relay.start(async () => {
      begun();
      await sleep(50);
    });
    await running;
    await relay.beforeApplicationShutdown();
    const claimed = await rows.claim(100, 1_000);
    expect(claimed.length).toBeGreaterThan(40);
    expect(claimed.every(({ attempts }) => attempts === 1)).toBe(true);
  });
});

describe('reactions to events', () => {
  it('come before announcements, so that who hears of a change sees it', async () => {
    const events = new DomainEvents();
    const order: string[] = [];
    events.announce(Happened, () => Promise.resolve(void order.push('announced')));
    events.on(Happened, async () => {
      await sleep(10);
      order.push('dropped from the cache');
    });
    await events.deliver('test.Happened', { number: 1 }, { id: '1' });
    expect(order).toEqual(['dropped from the cache', 'announced']);
  });

  it('do not stop each other, and a failed one has the event delivered again', async () => {
    const events = new DomainEvents();
    const seen: number[] = [];
    events.on(Happened, () => Promise.reject(new Error('broken')));
    events.on(Happened, ({ number }) => Promise.resolve(void seen.push(number)));
    await expect(events.deliver('test.Happened', { number: 5 }, { id: '1' })).rejects.toMatchObject(
      {
        code: 'events.reaction_failed',
      },
    );
    expect(seen).toEqual([5]);
  });

  it('may be none', async () => {
    await expect(
      new DomainEvents().deliver('test.Unheard', {}, { id: '1' }),
    ).resolves.toBeUndefined();
  });
});
