import '../../support/quiet.js';
import { setTimeout as delay } from 'node:timers/promises';
import {
  Global,
  Injectable,
  Module,
  type DynamicModule,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { z } from 'zod';
import { defineJob } from '../../../src/redis/queues/job-definition.js';
import { parseConfig, type Config } from '../../../src/config/config.js';
import { ConfigModule } from '../../../src/config/config.module.js';
import { Database } from '../../../src/database/database.js';
import { DatabaseQueueFigures } from '../../../src/database/jobs/queue-figures.repository.js';
import { DatabaseJobStore } from '../../../src/database/jobs/jobs.repository.js';
import { systemClock } from '../../../src/kernel/clock.js';
import { Correlation } from '../../../src/kernel/correlation.js';
import { DeadLetters } from '../../../src/kernel/dead-letters.js';
import { DatabaseQueueEpochs } from '../../../src/database/jobs/queue-epochs.repository.js';
import { QueueEpochs } from '../../../src/kernel/queue-epochs.js';
import { QueueFigures } from '../../../src/kernel/job-figures.js';
import { JobStore } from '../../../src/kernel/job-store.js';
import { RedisConnections } from '../../../src/redis/connection/redis-connections.js';
import { JobRunner } from '../../../src/redis/queues/job-runner.js';
import {
  defineQueue,
  QueueDashboard,
  Queues,
  QueuesModule,
} from '../../../src/redis/queues/index.js';
import { openTestDatabase, type TestDatabaseHandle } from '../../support/databases.js';
import { MemoryDeadLetters } from '../../support/memory.dead-letters.js';
import { eventually } from '../../support/eventually.js';
import { createTestRedisPrefix, testRedisUrl } from '../../support/servers/index.js';

const mailQueue = defineQueue({
  name: 'mail',
  jobs: {
    send: defineJob({
      schema: z.object({ to: z.string(), ms: z.number().optional() }),
      recovery: 'none',
      timeoutMs: 60_000,
    }),
    bounce: defineJob({ schema: z.object({}), recovery: 'none', timeoutMs: 60_000 }),
  },
  attempts: 2,
  backoff: { delayMs: 10, maxDelayMs: 10 },
  concurrency: 2,
  rateLimit: null,
  retention: { completedMs: 60_000, completedCount: 100, failedMs: 60_000, failedCount: 100 },
  priority: 'normal',
});

/** Queues what its requests ask for: in every role. */
@Module({ imports: [QueuesModule.forFeature([mailQueue])] })
class MailModule {}

@Injectable()
class MailProcessor {
  readonly sent: string[] = [];

  constructor(queues: Queues) {
    queues.process(mailQueue, {
      send: async ({ payload }) => {
        await delay(payload.ms ?? 0);
        this.sent.push(payload.to);
      },
      bounce: async () => undefined,
    });
  }
}

/** Runs the jobs: only in the roles that work. */
@Module({ imports: [MailModule], providers: [MailProcessor] })
class MailWorkerModule {}

describe('QueuesModule', () => {
  let jobs: TestDatabaseHandle;
  const open: TestingModule[] = [];
  const events: string[] = [];

  beforeAll(async () => {
    jobs = await openTestDatabase('pglite');
  });

  afterEach(async () => {
    await Promise.all(open.splice(0).map((app) => app.close()));
    events.length = 0;
  });

  afterAll(() => jobs.close());

  /** What the application's other global modules give. */
  function surroundings(config: Config): DynamicModule[] {
    @Injectable()
    class Closing implements OnApplicationShutdown {
      onApplicationShutdown(): void {
        events.push('database closed');
      }
    }
    @Global()
    @Module({
      providers: [
        { provide: Database, useValue: jobs.database },
        { provide: JobStore, useClass: DatabaseJobStore },
        { provide: DeadLetters, useClass: MemoryDeadLetters },
        { provide: QueueEpochs, useClass: DatabaseQueueEpochs },
        { provide: QueueFigures, useClass: DatabaseQueueFigures },
        RedisConnections,
        Closing,
      ],
      exports: [JobStore, DeadLetters, QueueEpochs, QueueFigures, RedisConnections],
    })
    class Surroundings {}
    const process = { config, clock: systemClock, correlation: new Correlation() };
    return [ConfigModule.forRoot(process), { module: Surroundings }, QueuesModule.forRoot()];
  }

  async function start(config: Config, ...modules: (new () => object)[]): Promise<TestingModule> {
    const app = await Test.createTestingModule({
      imports: [...surroundings(config), ...modules],
    }).compile();
    open.push(app);
    app.enableShutdownHooks();
    return app.init();
  }

  const embedded = parseConfig({});
  const onRedis = (role: string): Config =>
    parseConfig({
      BOURSE_ROLE: role,
      DATABASE_URL: 'postgres://unused/unused',
      REDIS_URL: testRedisUrl(),
      REDIS_KEY_PREFIX: createTestRedisPrefix(),
    });

  it('runs the jobs of declared queues in one process, without a Redis', async () => {
    const app = await start(embedded, MailWorkerModule);
    await app.get(Queues).add(mailQueue, 'send', { to: 'ada' });
    await eventually(() => expect(app.get(MailProcessor).sent).toEqual(['ada']));
    expect(
      app
        .get(QueueDashboard)
        .adapters()
        .map((adapter) => [adapter.getName(), adapter.type]),
    ).toEqual([['mail', 'bull']]);
  });

  it('adds jobs in the role api, and runs them in the role worker alone', async () => {
    const config = onRedis('api');
    const api = await start(config, MailModule);
    await api.get(Queues).add(mailQueue, 'send', { to: 'ada' }, { id: 'mail-1' });
    await delay(300);
    const [board] = api.get(QueueDashboard).adapters();
    expect(await (await board?.getJob('mail-1'))?.getState()).toBe('prioritized');

    const worker = await start({ ...config, role: 'worker' }, MailWorkerModule);
    await eventually(() => expect(worker.get(MailProcessor).sent).toEqual(['ada']));
  });

  it('starts no worker in the role api even where processors are registered', async () => {
    const api = await start(onRedis('api'), MailWorkerModule);
    await api.get(Queues).add(mailQueue, 'send', { to: 'ada' });
    await delay(300);
    expect(api.get(MailProcessor).sent).toEqual([]);
  });

  it.each(['all', 'worker'])(
    'does not boot in the role %s when a job has no processor',
    async (role) => {
      const config = role === 'all' ? embedded : onRedis(role);
      await expect(start(config, MailModule)).rejects.toMatchObject({
        code: 'queue.no_processor',
        message: 'job "send" of the queue "mail" has no processor',
        details: { queue: 'mail', job: 'send' },
      });
    },
  );

  it('does not boot when two different queues have one name', async () => {
    @Module({ imports: [QueuesModule.forFeature([{ ...mailQueue }])] })
    class OtherMailModule {}
    await expect(start(embedded, MailWorkerModule, OtherMailModule)).rejects.toMatchObject({
      code: 'queue.declared_twice',
    });
  });

  it('does not boot when a queue has processors twice', async () => {
    @Injectable()
    class SecondProcessor extends MailProcessor {}
    @Module({ imports: [MailModule], providers: [SecondProcessor] })
    class SecondModule {}
    await expect(start(embedded, MailWorkerModule, SecondModule)).rejects.toMatchObject({
      code: 'queue.processed_twice',
    });
  });

  it.each(['embedded', 'BullMQ'])(
    'lets a running job end before the database closes, %s',
    async (kind) => {
      const app = await start(kind === 'embedded' ? embedded : onRedis('all'), MailWorkerModule);
      const { sent } = app.get(MailProcessor);
      sent.push = (...names) => {
        events.push(...names);
        return 0;
      };
      const begun = new Promise<void>((resolve) => app.get(JobRunner).onBegin(() => resolve()));
      await app
        .get(Queues)
        .add(mailQueue, 'send', { to: 'running', ms: 400 }, { id: `running-${kind}` });
      const [board] = app.get(QueueDashboard).adapters();
      const state = async () => (await board?.getJob(`running-${kind}`))?.getState();
      // One that the worker has taken, and not begun, is handed back instead.
      await begun;
      expect(await state()).toBe('active');
      await app.close();
      expect(events).toEqual(['running', 'database closed']);
      if (kind === 'embedded') expect(await state()).toBe('completed');
    },
  );
});
