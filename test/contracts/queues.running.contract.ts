import { setTimeout as delay } from 'node:timers/promises';
import type { PriorityName } from '../../src/redis/queues/job-priority.js';
import { eventually } from '../support/eventually.js';
import { greet, type Greeting, type QueueBench, testQueue } from './queues.setup.js';

/** Order, delay, identity, context and exclusiveness of what runs. */
export function describeRunning(bench: () => QueueBench): void {
  it('runs the most urgent job first, and equally urgent ones in the order of adding', async () => {
    const queue = testQueue({ concurrency: 1 });
    const { queues } = await bench().producer(queue);
    const priorities: [string, PriorityName | undefined][] = [
      ['low', 'low'],
      ['normal 1', undefined],
      ['high', 'high'],
      ['critical', 'critical'],
      ['normal 2', 'normal'],
    ];
    for (const [who, priority] of priorities) await greet(queues, queue, who, { priority });
    const greeted: string[] = [];
    const process = await bench().worker(queue, async ({ payload }) => greeted.push(payload.name));
    await eventually(() => expect(greeted).toHaveLength(5));
    expect(greeted).toEqual(['critical', 'high', 'normal 1', 'normal 2', 'low']);
    await process.stop();
  });

  it('does not run a delayed job before its time, and runs it soon after', async () => {
    const queue = testQueue();
    const startedAt: number[] = [];
    const process = await bench().worker(queue, async () => startedAt.push(performance.now()));
    const addedAt = performance.now();
    const { id } = await greet(process.queues, queue, 'Ada', { delayMs: 600 });
    expect((await bench().look(process, queue, id)).state).toBe('delayed');
    await eventually(() => expect(startedAt).toHaveLength(1));
    const waitedMs = (startedAt[0] ?? 0) - addedAt;
    expect(waitedMs).toBeGreaterThanOrEqual(595);
    expect(waitedMs).toBeLessThan(2_500);
    await process.stop();
  });

  it('makes one job of the same id added twice, also at the same time', async () => {
    const queue = testQueue();
    const greeted: string[] = [];
    const process = await bench().worker(queue, async ({ payload }) => greeted.push(payload.name));
    const ids = await Promise.all(
      ['a', 'b', 'c'].map((who) => greet(process.queues, queue, who, { id: 'same-id' })),
    );
    expect(ids).toEqual([{ id: 'same-id' }, { id: 'same-id' }, { id: 'same-id' }]);
    await bench().untilState(process, queue, 'same-id', 'completed');
    await greet(process.queues, queue, 'd', { id: 'same-id' });
    await greet(process.queues, queue, 'last');
    await eventually(() => expect(greeted).toContain('last'));
    expect(greeted).toHaveLength(2);
    await process.stop();
  });

  it('shows the progress of a running job, in any process', async () => {
    const queue = testQueue();
    let finish: () => void = () => undefined;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const process = await bench().worker(queue, async (job) => {
      await job.reportProgress(41.6);
      await finished;
    });
    const { id } = await greet(process.queues, queue, 'Ada');
    await eventually(async () => {
      expect(await bench().look(process, queue, id)).toMatchObject({
        progress: 42,
        state: 'active',
      });
    });
    const elsewhere = await bench().producer(queue);
    expect(await elsewhere.queues.running(queue, 10)).toEqual([
      {
        ...{ id, name: 'greet', attempt: 1, percent: 42 },
        startedAt: expect.any(Date) as Date,
        correlationId: expect.any(String) as string,
      },
    ]);
    finish();
    await bench().untilState(process, queue, id, 'completed');
    expect(await elsewhere.queues.running(queue, 10)).toEqual([]);
    await process.stop();
  });

  it('carries the correlation id of whoever adds a job into its processor, and on from there', async () => {
    const queue = testQueue();
    const seen = new Map<string, [string, string | undefined]>();
    const process = await bench().worker(queue, async ({ payload, correlationId }) => {
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

  it('knows how long a job waited before its first attempt, and of no other', async () => {
    const queue = testQueue({ concurrency: 1 });
    const process = await bench().worker(queue, async ({ payload, attempt }) => {
      if (payload.name === 'first') await delay(150);
      else if (attempt === 1) throw new Error('not yet');
    });
    await greet(process.queues, queue, 'first');
    const { id } = await greet(process.queues, queue, 'waits for it');
    await bench().untilState(process, queue, id, 'completed');
    const [first, second, third] = process.waits;
    expect(first).toBeLessThan(second ?? 0);
    expect(second).toBeGreaterThan(100);
    expect(third).toBeNull();
    await process.stop();
  });

  it('runs no more jobs at the same time than its concurrency', async () => {
    const queue = testQueue({ concurrency: 3 });
    let running = 0;
    let most = 0;
    let done = 0;
    const process = await bench().worker(queue, async () => {
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
    const { id } = await greet((await bench().producer(queue)).queues, queue, 'Ada');
    const process = await bench().worker(queue, async () => undefined);
    await bench().untilState(process, queue, id, 'completed');
    await process.stop();
  });

  it('never runs one job in two workers', async () => {
    const queue = testQueue();
    const runs = new Map<string, number>();
    const process = async ({ payload }: Greeting): Promise<void> => {
      runs.set(payload.name, (runs.get(payload.name) ?? 0) + 1);
      await delay(5);
    };
    const workers = await Promise.all([
      bench().worker(queue, process),
      bench().worker(queue, process),
    ]);
    const names = Array.from({ length: 120 }, (_, index) => `name ${index}`);
    const { queues } = await bench().producer(queue);
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

  it.each<[string, unknown, unknown]>([
    ['of bigints', { amount: 1n }, null],
    ['with NUL', 'a\0b', 'a\uFFFDb'],
    ['of a size that nobody reads', 'x'.repeat(100_000), null],
  ])('completes a job all the same whose result %s cannot be kept', async (_what, result, kept) => {
    const queue = testQueue();
    const process = await bench().worker(queue, async () => result);
    const { id } = await greet(process.queues, queue, 'Ada');
    const ended = await bench().untilState(process, queue, id, 'completed');
    expect(ended.returnvalue ?? null).toBe(kept);
    await process.stop();
  });
}
