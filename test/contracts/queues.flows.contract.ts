import { flowJob } from '../../src/redis/queues/flow.js';
import type { Job } from '../../src/redis/queues/queues.js';
import { Deferred } from '../support/deferred.js';
import { eventually } from '../support/eventually.js';
import { greet, type QueueBench, testQueue } from './queues.setup.js';

/** Jobs that wait for others. */
export function describeFlows(bench: () => QueueBench): void {
  const work = async ({ payload, children }: Job<{ name: string }>): Promise<unknown> => {
    if (payload.name.startsWith('fails')) throw new Error(`${payload.name} on purpose`);
    const results = await children();
    return results.length > 0 ? results : payload.name;
  };

  it('runs a parent after all its children, of whatever queue, and shows it what they came to', async () => {
    const [parents, children] = [testQueue(), testQueue({ attempts: 1 })];
    const process = bench().backend.createProcess(parents, children);
    const ended: string[] = [];
    const note = async (job: Job<{ name: string }>): Promise<unknown> => {
      try {
        return await work(job);
      } finally {
        ended.push(job.payload.name);
      }
    };
    process.queues.process(parents, { greet: note });
    process.queues.process(children, { greet: note });
    const { id } = await process.queues.open().then(() =>
      process.queues.addFlow({ ...flowJob(parents, 'greet', { name: 'all' }), id: 'the-day' }, [
        { ...flowJob(children, 'greet', { name: 'a' }), onFailure: 'fail-parent' },
        { ...flowJob(children, 'greet', { name: 'fails, and it goes on' }), onFailure: 'go-on' },
        { ...flowJob(parents, 'greet', { name: 'b' }), onFailure: 'fail-parent' },
      ]),
    );
    expect(id).toBe('the-day');
    expect((await bench().look(process, parents, id)).state).toBe('waiting-children');
    await process.start();
    const { returnvalue } = await bench().untilState(process, parents, id, 'completed');
    expect(returnvalue).toEqual([
      { id: 'the-day-0', result: 'a', failedReason: null },
      {
        id: 'the-day-1',
        result: null,
        failedReason: expect.stringContaining('fails, and it goes on on purpose'),
      },
      { id: 'the-day-2', result: 'b', failedReason: null },
    ]);
    expect(ended).toHaveLength(4);
    expect(ended.at(-1)).toBe('all');
    await process.stop();
  });

  it('fails a parent without running it when a child that it needs fails for good', async () => {
    const queue = testQueue({ attempts: 2, backoff: { delayMs: 1, maxDelayMs: 1 } });
    const begun: string[] = [];
    const process = await bench().worker(queue, async (job) => {
      begun.push(job.payload.name);
      return work(job);
    });
    const { id } = await process.queues.addFlow(flowJob(queue, 'greet', { name: 'parent' }), [
      { ...flowJob(queue, 'greet', { name: 'fails' }), onFailure: 'fail-parent' },
    ]);
    const { failedReason } = await bench().untilState(process, queue, id, 'failed');
    expect(failedReason).toContain(`${id}-0`);
    expect(begun).toEqual(['fails', 'fails']);
    await process.stop();
  });

  it('adds a flow once, also at the same time, and whole or not at all', async () => {
    const queue = testQueue();
    const { queues } = await bench().producer(queue);
    const add = (...names: string[]) =>
      queues.addFlow(
        { ...flowJob(queue, 'greet', { name: 'parent' }), id: 'once' },
        names.map((name) => ({ ...flowJob(queue, 'greet', { name }), onFailure: 'go-on' })),
      );
    await expect(add()).rejects.toMatchObject({ kind: 'invalid', code: 'queue.invalid_flow' });
    const broken = { queue: queue.name, job: 'greet', payload: {}, onFailure: 'go-on' } as const;
    const good = flowJob(queue, 'greet', { name: 'parent' });
    await expect(queues.addFlow(good, [{ ...broken }])).rejects.toMatchObject({
      code: 'queue.invalid_payload',
    });
    expect((await queues.report(queue)).counts).toMatchObject({ waiting: 0 });
    await Promise.all([add('a', 'b'), add('a', 'b')]);
    expect((await queues.report(queue)).counts).toMatchObject({ waiting: 2 });

    const process = await bench().worker(queue, work);
    await bench().untilState(process, queue, 'once', 'completed');
    await add('a', 'b', 'c');
    expect((await queues.report(queue)).counts).toMatchObject({ waiting: 0, completed: 3 });
    const board = queues.dashboardAdapter(queue);
    expect((await board.getJob('once-1'))?.toJSON().id).toBe('once-1');
    expect((await board.getJob('once-2')) ?? 'not added').toBe('not added');
    await process.stop();
  });

  it('takes a parent back with those of its children that wait', async () => {
    const queue = testQueue();
    const { queues } = await bench().producer(queue);
    const { id } = await queues.addFlow(flowJob(queue, 'greet', { name: 'parent' }), [
      { ...flowJob(queue, 'greet', { name: 'a' }), onFailure: 'go-on' },
    ]);
    await greet(queues, queue, 'another');
    expect(await queues.cancel(queue.name, id)).toBe('removed');
    expect((await queues.report(queue)).counts).toMatchObject({ waiting: 1 });
  });

  it('takes a parent back of which a child runs: that one goes on, and what waits goes', async () => {
    const queue = testQueue({ concurrency: 1 });
    const held = new Deferred<void>();
    const process = await bench().worker(queue, () => held.promise);
    const { id } = await process.queues.addFlow(flowJob(queue, 'greet', { name: 'parent' }), [
      { ...flowJob(queue, 'greet', { name: 'a' }), onFailure: 'go-on' },
      { ...flowJob(queue, 'greet', { name: 'b' }), onFailure: 'fail-parent' },
    ]);
    await eventually(async () => {
      expect((await process.queues.report(queue)).counts).toMatchObject({ active: 1, waiting: 1 });
    });
    expect(await process.queues.cancel(queue.name, id)).toBe('removed');
    expect((await process.queues.report(queue)).counts).toMatchObject({ active: 1, waiting: 0 });
    held.resolve();
    await eventually(async () => {
      const { counts } = await process.queues.report(queue);
      expect(counts).toMatchObject({ active: 0, waiting: 0, completed: 1, failed: 0 });
    });
    expect(await process.queues.find(queue, id)).toBeUndefined();
    await process.stop();
  });

  it('fails a parent of which a child was removed that it needs, and lets one go on that does not', async () => {
    const [parents, children] = [testQueue(), testQueue()];
    const process = bench().backend.createProcess(parents, children);
    process.queues.process(parents, { greet: work });
    process.queues.process(children, { greet: work });
    await process.queues.open();
    await process.queues.setPaused(children, true);
    const add = async (id: string, onFailure: 'fail-parent' | 'go-on', other = parents) => {
      await process.queues.addFlow({ ...flowJob(parents, 'greet', { name: id }), id }, [
        { ...flowJob(children, 'greet', { name: 'removed' }), onFailure },
        { ...flowJob(other, 'greet', { name: 'done' }), onFailure: 'fail-parent' },
      ]);
    };
    await add('needs', 'fail-parent');
    await add('goes-on', 'go-on');
    await add('all-gone', 'fail-parent', children);
    await add('taken-back', 'fail-parent');
    await process.start();
    expect(await process.queues.cancel(children.name, 'taken-back-0')).toBe('removed');
    const waiting = await process.queues.waiting(children, ['waiting', 'delayed'], 100);
    const ids = waiting.map(({ jobId }) => jobId).sort();
    expect(ids).toEqual(['all-gone-0', 'all-gone-1', 'goes-on-0', 'needs-0']);
    expect((await process.queues.remove(children, ids)).sort()).toEqual(ids);
    for (const [id, child] of [
      ['needs', 'needs-0'],
      ['all-gone', 'all-gone-'],
      ['taken-back', 'taken-back-0'],
    ] as const) {
      const { failedReason } = await bench().untilState(process, parents, id, 'failed');
      expect(failedReason).toMatch(`queue.child_removed: job ${child}`);
    }
    const { returnvalue } = await bench().untilState(process, parents, 'goes-on', 'completed');
    expect(returnvalue).toEqual([{ id: 'goes-on-1', result: 'done', failedReason: null }]);
    await process.stop();
  });
}
