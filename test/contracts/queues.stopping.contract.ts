import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../support/eventually.js';
import { greet, type Greeting, type QueueBench, testQueue } from './queues.setup.js';

/** What a stop leaves behind. */
export function describeStopping(bench: () => QueueBench): void {
  it('lets a running job finish when it stops, and begins no other', async () => {
    const queue = testQueue({ concurrency: 1 });
    const begun: string[] = [];
    const ended: string[] = [];
    const first = await bench().worker(queue, async ({ payload }) => {
      begun.push(payload.name);
      await delay(300);
      ended.push(payload.name);
    });
    const { id } = await greet(first.queues, queue, 'running');
    const waiting = await greet(first.queues, queue, 'waiting');
    await eventually(() => expect(begun).toEqual(['running']));
    await first.stop();
    expect([begun, ended]).toEqual([['running'], ['running']]);

    const second = await bench().worker(queue, async ({ payload }) => ended.push(payload.name));
    expect((await bench().look(second, queue, id)).state).toBe('completed');
    await bench().untilState(second, queue, waiting.id, 'completed');
    expect(ended).toEqual(['running', 'waiting']);
    await second.stop();
  });

  it('aborts a job that outlives the stop, hands it back, and does not count the attempt', async () => {
    const queue = testQueue();
    let aborted = false;
    let begun = false;
    const first = await bench().worker(queue, async ({ signal }) => {
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
    const second = await bench().worker(queue, async ({ attempt }) => attempts.push(attempt));
    await bench().untilState(second, queue, id, 'completed');
    expect(attempts).toEqual([1]);
    await second.stop();
  });

  it('leaves a job behind that does not react to its abort, within a bounded time', async () => {
    const queue = testQueue();
    let begun = false;
    let letGo: () => void = () => undefined;
    const first = await bench().worker(queue, async () => {
      begun = true;
      await new Promise<void>((resolve) => (letGo = resolve));
    });
    const { id } = await greet(first.queues, queue, 'Ada');
    await eventually(() => expect(begun).toBe(true));
    const askedAt = performance.now();
    await first.stop(100);
    expect(performance.now() - askedAt).toBeLessThan(6_000);

    const second = await bench().worker(queue, async () => 'second');
    expect((await bench().untilState(second, queue, id, 'completed')).returnvalue).toBe('second');
    // What the first one says now is too late to change anything.
    letGo();
    await delay(50);
    expect((await bench().look(second, queue, id)).returnvalue).toBe('second');
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
    const first = await bench().worker(queue, process);
    const adding = Promise.all(names.map((who) => greet(first.queues, queue, who)));
    await eventually(() => expect(done.size).toBeGreaterThan(4));
    await adding;
    await first.stop();
    const second = await bench().worker(queue, process);
    await eventually(() => expect(done.size).toBeGreaterThan(20));
    await second.stop(0);
    const third = await bench().worker(queue, process);
    await eventually(() => expect([...done].sort()).toEqual([...names].sort()), {
      timeoutMs: 15_000,
    });
    await third.stop();
  });
}
