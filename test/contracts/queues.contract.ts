import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { AppError, type ErrorKind } from '../../src/kernel/app-error.js';
import {
  defineQueue,
  type PriorityName,
  type QueueDefinition,
} from '../../src/redis/queues/queue-definition.js';
import type { Job, Queues } from '../../src/redis/queues/queues.js';
import { eventually } from '../support/eventually.js';
import type { QueueBackend, QueueProcess } from './queues.drivers.js';

const DAY_MS = 86_400_000;

/** A queue of its own per test, with one job. */
function testQueue(settings: Partial<Omit<QueueDefinition, 'jobs'>> = {}) {
  return defineQueue({
    name: `q-${randomBytes(6).toString('hex')}`,
    jobs: { greet: z.object({ name: z.string() }) },
    attempts: 3,
    backoff: { delayMs: 60, maxDelayMs: 100 },
    concurrency: 4,
    retention: {
      completedMs: DAY_MS,
      completedCount: 1_000,
      failedMs: DAY_MS,
      failedCount: 1_000,
    },
    priority: 'normal',
    ...settings,
  });
}
type TestQueue = ReturnType<typeof testQueue>;
type Greeting = Job<{ name: string }>;

/** What both drivers promise. */
export function describeQueues(name: string, createBackend: () => Promise<QueueBackend>): void {
  describe(`queues: ${name}`, () => {
    let backend: QueueBackend;

    beforeAll(async () => {
      backend = await createBackend();
    });

    afterAll(() => backend.close());

    /** A process that works on the queue. */
    async function worker(
      queue: TestQueue,
      process: (job: Greeting) => Promise<unknown>,
    ): Promise<QueueProcess> {
      const created = backend.createProcess(queue);
      created.queues.process(queue, { greet: process });
      await created.start();
      return created;
    }

    /** A process that only adds jobs. */
    async function producer(...queues: TestQueue[]): Promise<QueueProcess> {
      const created = backend.createProcess(...queues);
      await created.queues.open();
      return created;
    }

    const greet = (queues: Queues, queue: TestQueue, who: string, options = {}) =>
      queues.add(queue, 'greet', { name: who }, options);

    /** The job as the dashboard shows it. */
    async function look({ queues }: QueueProcess, queue: TestQueue, id: string) {
      const board = queues.dashboardAdapter(queue);
      // The state first: what else is known of an ended job does not change any more.
      const state = await (await board.getJob(id))?.getState();
      const job = await board.getJob(id);
      if (job === undefined || job === null) throw new Error(`no job ${id}`);
      return { ...job.toJSON(), state };
    }

    const untilState = (process: QueueProcess, queue: TestQueue, id: string, state: string) =>
      eventually(async () => {
        const job = await look(process, queue, id);
        expect(job.state).toBe(state);
        return job;
      });

    it('hands an added job to its processor, and keeps the result', async () => {
      const queue = testQueue();
      const seen: Partial<Greeting>[] = [];
      const process = await worker(queue, async ({ id, name: job, payload, attempt }) => {
        seen.push({ id, name: job, payload, attempt });
        return { said: `hello ${payload.name}` };
      });
      const { id } = await greet(process.queues, queue, 'Ada');
      const ended = await untilState(process, queue, id, 'completed');
      expect(seen).toEqual([{ id, name: 'greet', payload: { name: 'Ada' }, attempt: 1 }]);
      expect(ended.returnvalue).toEqual({ said: 'hello Ada' });
      await process.stop();
    });

    it('starts a job that is added to an idle queue at once', async () => {
      const queue = testQueue();
      let startedAt = 0;
      const process = await worker(queue, async () => {
        startedAt = performance.now();
      });
      await greet(process.queues, queue, 'first');
      await eventually(() => expect(startedAt).toBeGreaterThan(0));
      const took: number[] = [];
      for (let round = 0; round < 5; round += 1) {
        startedAt = 0;
        const addedAt = performance.now();
        await greet(process.queues, queue, `round ${round}`);
        await eventually(() => expect(startedAt).toBeGreaterThan(0), { intervalMs: 2 });
        took.push(startedAt - addedAt);
      }
      // Far below the polling interval of either driver.
      expect(took.sort((a, b) => a - b)[2]).toBeLessThan(250);
      await process.stop();
    });

    it('takes a job by the names of its queue and itself', async () => {
      const queue = testQueue();
      const greeted: string[] = [];
      const process = await worker(queue, async ({ payload }) => greeted.push(payload.name));
      await process.queues.addByName(queue.name, 'greet', { name: 'Ada' });
      await eventually(() => expect(greeted).toEqual(['Ada']));
      await process.stop();
    });

    it.each<[string, string, unknown, object, string]>([
      ['a payload that breaks the schema', 'greet', { name: 7 }, {}, 'queue.invalid_payload'],
      ['a payload that does not survive JSON', 'greet', { name: Symbol('Ada') }, {}, 'queue.invalid_payload'],
      ['a payload that is no JSON', 'greet', { name: 1n }, {}, 'queue.invalid_payload'],
      ['no payload where one is due', 'greet', undefined, {}, 'queue.invalid_payload'],
      ['an oversized payload', 'greet', { name: 'x'.repeat(300_000) }, {}, 'queue.payload_too_large'],
      ['an unknown job', 'wave', { name: 'Ada' }, {}, 'queue.unknown_job'],
      ['a job named like a property of every object', 'constructor', {}, {}, 'queue.unknown_job'],
      ['an id with a colon', 'greet', { name: 'Ada' }, { id: 'a:b' }, 'queue.invalid_id'],
      ['a bare number as id', 'greet', { name: 'Ada' }, { id: '42' }, 'queue.invalid_id'],
      ['an empty id', 'greet', { name: 'Ada' }, { id: '' }, 'queue.invalid_id'],
      ['a negative delay', 'greet', { name: 'Ada' }, { delayMs: -1 }, 'queue.invalid_delay'],
      ['a delay that is no number', 'greet', { name: 'Ada' }, { delayMs: NaN }, 'queue.invalid_delay'],
    ])('refuses %s, and keeps nothing of it', async (_what, job, payload, options, code) => {
      const queue = testQueue();
      const { queues } = await producer(queue);
      await expect(queues.addByName(queue.name, job, payload, options)).rejects.toMatchObject({ code });
      const counts = await queues.dashboardAdapter(queue).getJobCounts();
      expect(Object.values(counts).every((count) => count === 0)).toBe(true);
    });

    it('refuses a job for a queue that is not declared', async () => {
      const { queues } = await producer();
      await expect(greet(queues, testQueue(), 'Ada')).rejects.toMatchObject({ code: 'queue.not_declared' });
    });

    it('tries a failing job again with growing pauses, then keeps it as failed with the reason', async () => {
      const queue = testQueue({ backoff: { delayMs: 200, maxDelayMs: 300 } });
      const runs: { attempt: number; at: number }[] = [];
      const process = await worker(queue, async ({ attempt }) => {
        runs.push({ attempt, at: performance.now() });
        throw new AppError('unavailable', 'mail.unreachable', 'no answer');
      });
      const { id } = await greet(process.queues, queue, 'Ada');
      const ended = await untilState(process, queue, id, 'failed');
      expect(runs.map((run) => run.attempt)).toEqual([1, 2, 3]);
      const [first, second, third] = runs.map((run) => run.at) as [number, number, number];
      // The upper half of 200 ms, then of 300 ms: the cap, where doubling would say 400.
      expect(second - first).toBeGreaterThanOrEqual(95);
      expect(third - second).toBeGreaterThanOrEqual(145);
      expect(third - second).toBeLessThan(2_000);
      expect(ended).toMatchObject({ failedReason: 'mail.unreachable: no answer', attemptsMade: 3 });
      await process.stop();
    });

    it('completes a job that succeeds after failures', async () => {
      const queue = testQueue();
      const process = await worker(queue, async ({ attempt }) => {
        if (attempt < 3) throw new Error('not yet');
      });
      const { id } = await greet(process.queues, queue, 'Ada');
      await untilState(process, queue, id, 'completed');
      await process.stop();
    });

    it.each<ErrorKind>(['invalid', 'not_found', 'forbidden', 'conflict', 'unprocessable'])(
      'does not try again after an error of kind %s',
      async (kind) => {
        const queue = testQueue();
        let runs = 0;
        const process = await worker(queue, async () => {
          runs += 1;
          throw new AppError(kind, 'some.reason', 'will not change');
        });
        const { id } = await greet(process.queues, queue, 'Ada');
        const ended = await untilState(process, queue, id, 'failed');
        expect(ended.failedReason).toBe('some.reason: will not change');
        expect(runs).toBe(1);
        await process.stop();
      },
    );

    it('tries again when a lock was held by someone else', async () => {
      const queue = testQueue();
      const process = await worker(queue, async ({ attempt }) => {
        if (attempt === 1) throw new AppError('conflict', 'lock.not_acquired', 'held');
      });
      const { id } = await greet(process.queues, queue, 'Ada');
      await untilState(process, queue, id, 'completed');
      await process.stop();
    });

    it('fails a job whose payload no longer fits, without trying again and without running it', async () => {
      const before = testQueue();
      const after = { ...before, jobs: { greet: z.object({ name: z.string(), title: z.string() }) } };
      const { id } = await greet((await producer(before)).queues, before, 'Ada');
      let runs = 0;
      const process = backend.createProcess(after);
      process.queues.process(after, { greet: async () => (runs += 1) });
      await process.start();
      const ended = await untilState(process, before, id, 'failed');
      expect(ended).toMatchObject({ attemptsMade: 1, failedReason: expect.stringContaining('queue.invalid_payload') });
      expect(runs).toBe(0);
      await process.stop();
    });

    it('runs the most urgent job first, and equally urgent ones in the order of adding', async () => {
      const queue = testQueue({ concurrency: 1 });
      const { queues } = await producer(queue);
      const priorities: [string, PriorityName | undefined][] = [
        ['low', 'low'],
        ['normal 1', undefined],
        ['high', 'high'],
        ['critical', 'critical'],
        ['normal 2', 'normal'],
      ];
      for (const [who, priority] of priorities) await greet(queues, queue, who, { priority });
      const greeted: string[] = [];
      const process = await worker(queue, async ({ payload }) => greeted.push(payload.name));
      await eventually(() => expect(greeted).toHaveLength(5));
      expect(greeted).toEqual(['critical', 'high', 'normal 1', 'normal 2', 'low']);
      await process.stop();
    });

    it('does not run a delayed job before its time, and runs it soon after', async () => {
      const queue = testQueue();
      const startedAt: number[] = [];
      const process = await worker(queue, async () => startedAt.push(performance.now()));
      const addedAt = performance.now();
      const { id } = await greet(process.queues, queue, 'Ada', { delayMs: 600 });
      expect((await look(process, queue, id)).state).toBe('delayed');
      await eventually(() => expect(startedAt).toHaveLength(1));
      const waitedMs = (startedAt[0] ?? 0) - addedAt;
      expect(waitedMs).toBeGreaterThanOrEqual(595);
      expect(waitedMs).toBeLessThan(2_500);
      await process.stop();
    });

    it('makes one job of the same id added twice, also at the same time', async () => {
      const queue = testQueue();
      const greeted: string[] = [];
      const process = await worker(queue, async ({ payload }) => greeted.push(payload.name));
      const ids = await Promise.all(
        ['a', 'b', 'c'].map((who) => greet(process.queues, queue, who, { id: 'same-id' })),
      );
      expect(ids).toEqual([{ id: 'same-id' }, { id: 'same-id' }, { id: 'same-id' }]);
      await untilState(process, queue, 'same-id', 'completed');
      await greet(process.queues, queue, 'd', { id: 'same-id' });
      await greet(process.queues, queue, 'last');
      await eventually(() => expect(greeted).toContain('last'));
      expect(greeted).toHaveLength(2);
      await process.stop();
    });

    it('shows the progress of a running job', async () => {
      const queue = testQueue();
      let finish: () => void = () => undefined;
      const finished = new Promise<void>((resolve) => (finish = resolve));
      const process = await worker(queue, async (job) => {
        await job.reportProgress(41.6);
        await finished;
      });
      const { id } = await greet(process.queues, queue, 'Ada');
      await eventually(async () => {
        expect(await look(process, queue, id)).toMatchObject({ progress: 42, state: 'active' });
      });
      finish();
      await untilState(process, queue, id, 'completed');
      await process.stop();
    });

    it('carries the correlation id of whoever adds a job into its processor, and on from there', async () => {
      const queue = testQueue();
      const seen = new Map<string, [string, string | undefined]>();
      const process = await worker(queue, async ({ payload, correlationId }) => {
        await delay(5);
        seen.set(payload.name, [correlationId, process.correlation.find()]);
        if (payload.name === 'inherited') await greet(process.queues, queue, 'next');
      });
      await process.correlation.run('request-1', () => greet(process.queues, queue, 'inherited'));
      await greet(process.queues, queue, 'explicit', { correlationId: 'request-2' });
      await greet(process.queues, queue, 'nobody');
      await eventually(() => expect(seen.size).toBe(4));
      expect(seen.get('inherited')).toEqual(['request-1', 'request-1']);
      expect(seen.get('next')).toEqual(['request-1', 'request-1']);
      expect(seen.get('explicit')).toEqual(['request-2', 'request-2']);
      const [own, inside] = seen.get('nobody') ?? [];
      expect(own).toMatch(/^[0-9a-f-]{36}$/);
      expect(inside).toBe(own);
      await process.stop();
    });

    it('runs no more jobs at the same time than its concurrency', async () => {
      const queue = testQueue({ concurrency: 3 });
      let running = 0;
      let most = 0;
      let done = 0;
      const process = await worker(queue, async () => {
        running += 1;
        most = Math.max(most, running);
        await delay(30);
        running -= 1;
        done += 1;
      });
      await Promise.all(Array.from({ length: 15 }, (_, n) => greet(process.queues, queue, `${n}`)));
      await eventually(() => expect(done).toBe(15));
      expect(most).toBe(3);
      await process.stop();
    });

    it('does a job that was added while no worker ran, once one starts', async () => {
      const queue = testQueue();
      const { id } = await greet((await producer(queue)).queues, queue, 'Ada');
      const process = await worker(queue, async () => undefined);
      await untilState(process, queue, id, 'completed');
      await process.stop();
    });

    it('never runs one job in two workers', async () => {
      const queue = testQueue();
      const runs = new Map<string, number>();
      const process = async ({ payload }: Greeting): Promise<void> => {
        runs.set(payload.name, (runs.get(payload.name) ?? 0) + 1);
        await delay(5);
      };
      const workers = await Promise.all([worker(queue, process), worker(queue, process)]);
      const names = Array.from({ length: 120 }, (_, index) => `name ${index}`);
      const { queues } = await producer(queue);
      await Promise.all(names.map((who) => greet(queues, queue, who)));
      await eventually(
        async () => {
          const counts = await queues.dashboardAdapter(queue).getJobCounts();
          expect(counts.completed).toBe(names.length);
        },
        { timeoutMs: 15_000 },
      );
      expect([...runs.keys()].sort()).toEqual([...names].sort());
      expect([...runs.values()].every((count) => count === 1)).toBe(true);
      await Promise.all(workers.map((each) => each.stop()));
    });

    it('lets a running job finish when it stops, and begins no other', async () => {
      const queue = testQueue({ concurrency: 1 });
      const begun: string[] = [];
      const ended: string[] = [];
      const first = await worker(queue, async ({ payload }) => {
        begun.push(payload.name);
        await delay(300);
        ended.push(payload.name);
      });
      const { id } = await greet(first.queues, queue, 'running');
      const waiting = await greet(first.queues, queue, 'waiting');
      await eventually(() => expect(begun).toEqual(['running']));
      await first.stop();
      expect([begun, ended]).toEqual([['running'], ['running']]);

      const second = await worker(queue, async ({ payload }) => ended.push(payload.name));
      expect((await look(second, queue, id)).state).toBe('completed');
      await untilState(second, queue, waiting.id, 'completed');
      expect(ended).toEqual(['running', 'waiting']);
      await second.stop();
    });

    it('aborts a job that outlives the stop, hands it back, and does not count the attempt', async () => {
      const queue = testQueue();
      let aborted = false;
      let begun = false;
      const first = await worker(queue, async ({ signal }) => {
        begun = true;
        await new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            aborted = true;
            reject(new Error('stopping'));
          });
        });
      });
      const { id } = await greet(first.queues, queue, 'Ada');
      await eventually(() => expect(begun).toBe(true));
      const askedAt = performance.now();
      await first.stop(100);
      expect(performance.now() - askedAt).toBeLessThan(5_000);
      expect(aborted).toBe(true);

      const attempts: number[] = [];
      const second = await worker(queue, async ({ attempt }) => attempts.push(attempt));
      await untilState(second, queue, id, 'completed');
      expect(attempts).toEqual([1]);
      await second.stop();
    });

    it('leaves a job behind that does not react to its abort, within a bounded time', async () => {
      const queue = testQueue();
      let begun = false;
      let letGo: () => void = () => undefined;
      const first = await worker(queue, async () => {
        begun = true;
        await new Promise<void>((resolve) => (letGo = resolve));
      });
      const { id } = await greet(first.queues, queue, 'Ada');
      await eventually(() => expect(begun).toBe(true));
      const askedAt = performance.now();
      await first.stop(100);
      expect(performance.now() - askedAt).toBeLessThan(6_000);

      const second = await worker(queue, async () => 'second');
      expect((await untilState(second, queue, id, 'completed')).returnvalue).toBe('second');
      // What the first one says now is too late to change anything.
      letGo();
      await delay(50);
      expect((await look(second, queue, id)).returnvalue).toBe('second');
      await second.stop();
    });

    it('loses no job to stops and starts in the middle of work', async () => {
      const queue = testQueue({ concurrency: 4 });
      const done = new Set<string>();
      const process = async ({ payload, attempt }: Greeting): Promise<void> => {
        await delay(10);
        if (attempt === 1) done.add(payload.name);
      };
      const names = Array.from({ length: 60 }, (_, index) => `name ${index}`);
      const first = await worker(queue, process);
      const adding = Promise.all(names.map((who) => greet(first.queues, queue, who)));
      await eventually(() => expect(done.size).toBeGreaterThan(4));
      await adding;
      await first.stop();
      const second = await worker(queue, process);
      await eventually(() => expect(done.size).toBeGreaterThan(20));
      await second.stop(0);
      const third = await worker(queue, process);
      await eventually(() => expect([...done].sort()).toEqual([...names].sort()), { timeoutMs: 15_000 });
      await third.stop();
    });

    it('keeps a finished job whose result cannot be kept', async () => {
      const queue = testQueue();
      const process = await worker(queue, async () => ({ amount: 1n }));
      const { id } = await greet(process.queues, queue, 'Ada');
      const ended = await untilState(process, queue, id, 'completed');
      expect(ended.returnvalue ?? null).toBeNull();
      await process.stop();
    });

    describe('on the dashboard', () => {
      it('retries a failed job, removes a finished one, and does not remove a running one', async () => {
        const queue = testQueue();
        let fails = true;
        let finish: () => void = () => undefined;
        const finished = new Promise<void>((resolve) => (finish = resolve));
        const process = await worker(queue, async () => {
          if (fails) throw new AppError('invalid', 'some.reason', 'no');
          await finished;
        });
        const board = process.queues.dashboardAdapter(queue);
        const { id } = await greet(process.queues, queue, 'Ada');
        await untilState(process, queue, id, 'failed');
        fails = false;
        await (await board.getJob(id))?.retry('failed');
        await untilState(process, queue, id, 'active');
        await expect((await board.getJob(id))?.remove()).rejects.toThrow();
        finish();
        await untilState(process, queue, id, 'completed');
        await (await board.getJob(id))?.remove();
        expect((await board.getJob(id)) ?? undefined).toBeUndefined();
        await process.stop();
      });

      it('runs a delayed job now when it is promoted', async () => {
        const queue = testQueue();
        const process = await worker(queue, async () => undefined);
        const { id } = await greet(process.queues, queue, 'Ada', { delayMs: 60_000 });
        await (await process.queues.dashboardAdapter(queue).getJob(id))?.promote();
        await untilState(process, queue, id, 'completed');
        await process.stop();
      });

      it('adds a job through the same checks as everyone', async () => {
        const queue = testQueue();
        const greeted: string[] = [];
        const process = await worker(queue, async ({ payload }) => greeted.push(payload.name));
        const board = process.queues.dashboardAdapter(queue);
        await expect(board.addJob('greet', { name: 7 }, {})).rejects.toMatchObject({ statusCode: 400 });
        await board.addJob('greet', { name: 'Ada' }, {});
        await eventually(() => expect(greeted).toEqual(['Ada']));
        await process.stop();
      });

      it('runs nothing of a paused queue until it is resumed', async () => {
        const queue = testQueue();
        const process = await worker(queue, async () => undefined);
        const board = process.queues.dashboardAdapter(queue);
        await board.pause();
        expect(await board.isPaused()).toBe(true);
        const { id } = await greet(process.queues, queue, 'Ada');
        await delay(200);
        expect((await look(process, queue, id)).state).not.toMatch(/active|completed/);
        await board.resume();
        await untilState(process, queue, id, 'completed');
        await process.stop();
      });

      it('empties, promotes and cleans in bulk', async () => {
        const queue = testQueue();
        const process = await producer(queue);
        const board = process.queues.dashboardAdapter(queue);
        const total = async () =>
          Object.values(await board.getJobCounts()).reduce((sum, count) => sum + count, 0);
        await greet(process.queues, queue, 'a');
        await greet(process.queues, queue, 'b', { delayMs: 60_000 });
        expect(await total()).toBe(2);
        await board.empty();
        expect(await board.getJobCounts()).toMatchObject({ delayed: 1 });
        expect(await total()).toBe(1);
        await board.promoteAll();
        expect((await board.getJobCounts()).delayed).toBe(0);
        await board.empty();
        expect(await total()).toBe(0);
      });
    });
  });
}
