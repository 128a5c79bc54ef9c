import { setTimeout as sleep } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { ConfigModule } from '../../../src/config/config.module.js';
import { parseConfig } from '../../../src/config/config.js';
import { DatabaseModule } from '../../../src/database/index.js';
import { systemClock } from '../../../src/kernel/clock.js';
import { Correlation } from '../../../src/kernel/correlation.js';
import {
  MarketDataWorkerModule,
  QuoteTicks,
  QuotesService,
  type Quote,
} from '../../../src/modules/market-data/index.js';
import { isSamePrice } from '../../../src/modules/market-data/quotes/quote.js';
import { RealtimeModule } from '../../../src/realtime/index.js';
import {
  PubSub,
  QueuesModule,
  RedisModule,
  type SequencedMessage,
} from '../../../src/redis/index.js';
import { RedisConnections } from '../../../src/redis/connection/redis-connections.js';
import { KeyBuilder } from '../../../src/redis/keys/redis-key.js';
import { lockKey } from '../../../src/redis/lock/lock-turns.js';
import { eventually } from '../../support/eventually.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import {
  createTestDatabase,
  createTestRedisPrefix,
  testRedisUrl,
  type TestDatabase,
} from '../../support/servers/index.js';

const TICK_MS = 50;
const LONGER_THAN_A_LEASE_MS = 7_500;

/** A worker process's share of the market: the feed and what it stands on. */
class Worker {
  /** `asOf` of every tick that the feed of this worker made. */
  readonly ticks: number[] = [];

  private constructor(readonly app: INestApplicationContext) {
    app.get(QuoteTicks).subscribe(({ quotes }) => {
      this.ticks.push(Date.parse(quotes[0]?.asOf ?? ''));
    });
  }

  static async start(databaseUrl: string, redisPrefix: string, redisUrl: string): Promise<Worker> {
    const config = parseConfig({
      NODE_ENV: 'test',
      BOURSE_ROLE: 'worker',
      DATABASE_URL: databaseUrl,
      REDIS_URL: redisUrl,
      REDIS_KEY_PREFIX: redisPrefix,
      MARKET_TICK_MS: String(TICK_MS),
    });
    const context = { config, clock: systemClock, correlation: new Correlation() };
    const testing = Test.createTestingModule({
      imports: [
        ConfigModule.forRoot(context),
        DatabaseModule,
        RedisModule.forRoot(),
        QueuesModule.forRoot(),
        RealtimeModule,
        MarketDataWorkerModule,
      ],
    });
    const module = await testing.compile();
    module.useLogger(false);
    const worker = new Worker(module);
    await module.init();
    return worker;
  }

  stop(): Promise<void> {
    return this.app.close();
  }
}

describe('the quote feed', () => {
  let database: TestDatabase;
  let workers: Worker[];
  let redisPrefix: string;

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  beforeEach(() => {
    workers = [];
    redisPrefix = createTestRedisPrefix();
  });
  afterEach(() => Promise.all(workers.map((worker) => worker.stop())));

  async function startWorker(redisUrl = testRedisUrl()): Promise<Worker> {
    const worker = await Worker.start(database.url, redisPrefix, redisUrl);
    workers.push(worker);
    return worker;
  }

  /** Until the worker has made `count` more ticks. */
  async function ticksOf(worker: Worker, count: number, timeoutMs = 5_000): Promise<void> {
    const wanted = worker.ticks.length + count;
    await eventually(() => expect(worker.ticks.length).toBeGreaterThanOrEqual(wanted), {
      timeoutMs,
    });
  }

  /** Until the worker has made a tick that is so much later than now. */
  async function ticksAfter(worker: Worker, ms: number): Promise<void> {
    const after = Date.now() + ms;
    await eventually(() => expect(worker.ticks.at(-1)).toBeGreaterThan(after), {
      timeoutMs: ms + 10_000,
    });
  }

  async function stop(worker: Worker): Promise<void> {
    workers = workers.filter((other) => other !== worker);
    await worker.stop();
  }

  it('goes on without the Redis of its lock: orders must still find their price', async () => {
    const proxy = new TcpProxy(testRedisUrl());
    await proxy.up();
    const worker = await startWorker(proxy.url);
    await ticksOf(worker, 1);
    await proxy.down();
    await ticksAfter(worker, LONGER_THAN_A_LEASE_MS);
    await proxy.up();
    await ticksAfter(worker, LONGER_THAN_A_LEASE_MS);
    await stop(worker);
    await proxy.down();
  }, 60_000);

  it('runs in one worker at a time, and moves to another when that one stops', async () => {
    const first = await startWorker();
    await ticksOf(first, 1);
    const second = await startWorker();
    await ticksOf(first, 20);
    expect(second.ticks).toEqual([]);

    await stop(first);
    await ticksOf(second, 3);
  });

  it('ends in a worker that has lost its lease', async () => {
    const first = await startWorker();
    await ticksOf(first, 1);
    const second = await startWorker();

    // As after a pause in which the lease ran out: the key is gone, and another takes the lock.
    const { command } = first.app.get(RedisConnections);
    const lock = lockKey(first.app.get(KeyBuilder), 'market-data.feed:leader');
    expect(await command.del(lock)).toBe(1);

    await ticksOf(second, 1);
    await eventually(
      async () => {
        const before = first.ticks.length;
        await ticksOf(second, 10);
        expect(first.ticks.length).toBe(before);
      },
      { timeoutMs: 10_000 },
    );
  });

  it('leaves out ticks that a slow handler took, and never runs two at once', async () => {
    const worker = await startWorker();
    let running = 0;
    let mostAtOnce = 0;
    worker.app.get(QuoteTicks).subscribe(async () => {
      running += 1;
      mostAtOnce = Math.max(mostAtOnce, running);
      await sleep(3 * TICK_MS);
      running -= 1;
    });
    await ticksOf(worker, 6);
    const ticks = worker.ticks.slice(-5);
    const gaps = ticks.slice(1).map((tick, i) => tick - (ticks[i] ?? 0));
    expect(mostAtOnce).toBe(1);
    for (const gap of gaps) {
      expect(gap).toBeGreaterThanOrEqual(3 * TICK_MS);
      expect(gap % TICK_MS).toBe(0);
    }
  });

  it('sends each changed quote to the followers of its symbol, in order', async () => {
    const received: SequencedMessage[] = [];
    const worker = await startWorker();
    await worker.app.get(PubSub).subscribeStream('live:market.quote:AAPL', (message) => {
      received.push(message as unknown as SequencedMessage);
    });
    await eventually(() => expect(received.length).toBeGreaterThanOrEqual(10));

    const quotes = received.map(({ data }) => data as unknown as Quote);
    const source = worker.app.get(QuotesService);
    quotes.forEach((quote, i) => {
      const atThatTime = source
        .quotesAt(Date.parse(quote.asOf))
        .find(({ symbol }) => symbol === 'AAPL');
      expect(quote).toEqual(atThatTime);
      const before = quotes[i - 1];
      if (before !== undefined) {
        expect(isSamePrice(quote, before)).toBe(false);
        expect(received[i]?.seq).toBe((received[i - 1]?.seq ?? 0) + 1);
      }
    });
  });

  it('writes through the cache: a reader sees the newest price, not one of two seconds ago', async () => {
    const worker = await startWorker();
    const quotes = worker.app.get(QuotesService);
    await ticksOf(worker, 1);
    const { asOf } = await quotes.getQuote('aapl');
    await eventually(async () => expect((await quotes.getQuote('aapl')).asOf > asOf).toBe(true), {
      timeoutMs: 1_900,
    });
  });

  it('stops in good time while a handler is stuck, and leaves the feed to another', async () => {
    const first = await startWorker();
    first.app.get(QuoteTicks).subscribe(() => sleep(60_000, undefined, { ref: false }));
    await ticksOf(first, 1);
    const second = await startWorker();

    const startedAtMs = performance.now();
    await stop(first);
    expect(performance.now() - startedAtMs).toBeLessThan(15_000);
    // Sooner than a lease that nobody gave back would have run out.
    await ticksOf(second, 1, 2_000);
  });
});
