import { setTimeout as delay } from 'node:timers/promises';
import { Deferred } from '../support/deferred.js';
import { eventually } from '../support/eventually.js';
import { greet, type Greeting, type QueueBench, testQueue } from './queues.setup.js';

/** Which jobs are begun, and which of the running ones are ended. */
export function describeControlling(bench: () => QueueBench): void {
  const untilAborted = ({ signal }: Greeting): Promise<never> =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('left')));
    });

  it('ends an attempt that takes too long, counts it, and tries again', async () => {
    const queue = testQueue({ timeoutMs: 100, attempts: 2 });
    const attempts: number[] = [];
    const process = await bench().worker(queue, async (job) => {
      attempts.push(job.attempt);
      // The second does not mind its signal.
      await (job.attempt === 1 ? untilAborted(job) : new Promise(() => undefined));
    });
    const { id } = await greet(process.queues, queue, 'Ada');
    const ended = await bench().untilState(process, queue, id, 'failed');
    expect(ended.failedReason).toContain('queue.timed_out');
    expect(attempts).toEqual([1, 2]);
    await process.stop();
  });

  it('ends a running job that is cancelled, and never tries it again', async () => {
    const queue = testQueue();
    let begun = 0;
    const process = await bench().worker(queue, async (job) => {
      begun += 1;
      await untilAborted(job);
    });
    const { id } = await greet(process.queues, queue, 'Ada');
    await eventually(() => expect(begun).toBe(1));
    expect(await process.queues.cancel(queue.name, id)).toBe('asked');
    const ended = await bench().untilState(process, queue, id, 'failed');
    expect(ended.failedReason).toContain('queue.cancelled');
    expect(begun).toBe(1);
    expect(await process.queues.cancel(queue.name, id)).toBe('gone');
    await process.stop();
  });

  it('asks one run to end: a job that failed by itself meanwhile may be tried again', async () => {
    const queue = testQueue({ attempts: 1 });
    const held = new Deferred<void>();
    let begun = 0;
    const process = await bench().worker(queue, async () => {
      begun += 1;
      if (begun === 1) await held.promise;
    });
    const { id } = await greet(process.queues, queue, 'Ada');
    await eventually(() => expect(begun).toBe(1));
    expect(await process.queues.cancel(queue.name, id)).toBe('asked');
    held.reject(new Error('failed by itself'));
    await bench().untilState(process, queue, id, 'failed');
    const job = await process.queues.dashboardAdapter(queue).getJob(id);
    await job?.retry('failed');
    await bench().untilState(process, queue, id, 'completed');
    expect(begun).toBe(2);
    await process.stop();
  });

  it('ends a job that was cancelled, although another attempt of it begins first', async () => {
    const queue = testQueue({ concurrency: 1, backoff: { delayMs: 1, maxDelayMs: 1 } });
    let letGo: () => void = () => undefined;
    let begun = 0;
    const process = await bench().worker(queue, async () => {
      begun += 1;
      await new Promise<void>((resolve) => (letGo = resolve));
      // Of another reason, before it hears of the cancellation where that takes a moment.
      throw new Error('failed by itself');
    });
    const { id } = await greet(process.queues, queue, 'Ada');
    await eventually(() => expect(begun).toBe(1));
    expect(await process.queues.cancel(queue.name, id)).toBe('asked');
    letGo();
    const ended = await bench().untilState(process, queue, id, 'failed');
    expect(ended.failedReason).toContain('queue.cancelled');
    expect(begun).toBe(1);
    await process.stop();
  });

  it('takes back a job that waits, and knows none that never was', async () => {
    const queue = testQueue();
    const producer = await bench().producer(queue);
    const { id } = await greet(producer.queues, queue, 'waits');
    const later = await greet(producer.queues, queue, 'is delayed', { delayMs: 60_000 });
    expect(await producer.queues.cancel(queue.name, id)).toBe('removed');
    expect(await producer.queues.cancel(queue.name, later.id)).toBe('removed');
    for (const nobody of ['nobody', 'a\0', 'completed', '42']) {
      expect(await producer.queues.cancel(queue.name, nobody)).toBe('gone');
    }
    const { counts } = await producer.queues.report(queue);
    expect(counts).toMatchObject({ waiting: 0, delayed: 0 });
  });

  it('adds one job per key until it has ended', async () => {
    const queue = testQueue();
    const producer = await bench().producer(queue);
    const dedupe = { key: 'the same: as ever' };
    const [first, ...others] = await Promise.all(
      ['a', 'b', 'c'].map((who) => greet(producer.queues, queue, who, { dedupe })),
    );
    expect(others).toEqual([first, first]);
    const elsewhere = await greet(producer.queues, queue, 'd', { dedupe: { key: 'another' } });
    expect(elsewhere).not.toEqual(first);

    const greeted: string[] = [];
    const process = await bench().worker(queue, async ({ payload }) => greeted.push(payload.name));
    await bench().untilState(process, queue, first?.id ?? '', 'completed');
    await bench().untilState(process, queue, elsewhere.id, 'completed');
    expect(greeted).toHaveLength(2);
    expect(await greet(process.queues, queue, 'e', { dedupe })).not.toEqual(first);
    await eventually(() => expect(greeted).toContain('e'));
    await process.stop();
  });

  it('adds one job per key until its time is over, where one is given', async () => {
    const queue = testQueue();
    const process = await bench().worker(queue, async () => undefined);
    const add = (ttlMs: number) =>
      greet(process.queues, queue, 'Ada', { dedupe: { key: 'once', ttlMs } });
    const { id } = await add(1_000);
    await bench().untilState(process, queue, id, 'completed');
    expect(await add(1_000)).toEqual({ id });
    await eventually(async () => expect(await add(1_000)).not.toEqual({ id }));
    await process.stop();
  });

  it('begins no more jobs in a window than the limit of the queue, over all workers', async () => {
    const perMs = 500;
    const queue = testQueue({ rateLimit: { max: 3, perMs } });
    const begunAt: number[] = [];
    const work = async (): Promise<void> => void begunAt.push(performance.now());
    const workers = [await bench().worker(queue, work), await bench().worker(queue, work)];
    const { queues } = await bench().producer(queue);
    await Promise.all(Array.from({ length: 9 }, (_, n) => greet(queues, queue, `${n}`)));
    await eventually(() => expect(begunAt).toHaveLength(9));
    // Windows follow each other: of seven in a row the first and the last stand in different ones, with one between.
    const [first = 0] = begunAt;
    expect((begunAt[6] ?? 0) - first).toBeGreaterThan(perMs);
    for (const worker of workers) await worker.stop();
  });

  it('runs a job of the previous release, in the shape that this one gives its payload', async () => {
    const before = testQueue();
    const after = testQueue({
      name: before.name,
      upgrades: [(old) => ({ ...Object(old), name: 'Ada II' })],
    });
    const { id } = await greet((await bench().producer(before)).queues, before, 'Ada');
    const greeted: string[] = [];
    const process = await bench().worker(after, async ({ payload }) => greeted.push(payload.name));
    await bench().untilState(process, after, id, 'completed');
    const next = await greet(process.queues, after, 'Grace');
    await bench().untilState(process, after, next.id, 'completed');
    expect(greeted).toEqual(['Ada II', 'Grace']);
    await process.stop();
  });

  it('keeps a declared field sealed in the store, on the dashboard and among the dead letters, and opens it for the processor alone', async () => {
    const queue = testQueue({ encrypt: ['name'], attempts: 1 });
    const greeted: string[] = [];
    const process = await bench().worker(queue, async ({ payload }) => {
      greeted.push(payload.name);
      throw new Error('on purpose');
    });
    const { id } = await greet(process.queues, queue, 'Ada Lovelace');
    const { data } = await bench().untilState(process, queue, id, 'failed');
    expect(greeted).toEqual(['Ada Lovelace']);
    const board = process.queues.dashboardAdapter(queue);
    const shown = JSON.stringify(board.format('data', data));
    expect(shown).toContain('"name":"[sealed]"');
    const [dead] = process.deadLetters.kept;
    for (const kept of [await bench().backend.stored(queue.name, id), JSON.stringify(dead)]) {
      expect(kept).toContain('$sealed');
      expect(kept).not.toContain('Ada');
    }

    // As it is replayed, and as somebody copies it who does not know it.
    await process.queues.addByName(queue.name, 'greet', dead?.payload);
    await eventually(() => expect(greeted).toEqual(['Ada Lovelace', 'Ada Lovelace']));
    await expect(board.addJob('greet', { name: '[sealed]' }, {})).rejects.toMatchObject({
      code: 'queue.hidden_value',
    });
    const forged = process.queues.addByName(queue.name, 'greet', { name: { $sealed: 'k1.AAAA' } });
    await expect(forged).rejects.toMatchObject({ code: 'queue.invalid_payload' });
    await process.stop();
  });

  it('leaves a job of a later release to a worker of that release', async () => {
    const today = testQueue({ attempts: 1 });
    const tomorrow = testQueue({ name: today.name, attempts: 1, upgrades: [(old) => old] });
    const old = await bench().worker(today, async () => Promise.reject(new Error('ran')));
    const { id } = await greet((await bench().producer(tomorrow)).queues, tomorrow, 'Ada');
    // Later, and not counted: the one attempt that it has is for the other.
    await bench().untilState(old, today, id, 'delayed');
    await old.stop();
    const process = await bench().worker(tomorrow, async () => delay(1, 'done'));
    await (await process.queues.dashboardAdapter(tomorrow).getJob(id))?.promote();
    const ended = await bench().untilState(process, tomorrow, id, 'completed');
    expect(ended.returnvalue).toBe('done');
    await process.stop();
  });
}
