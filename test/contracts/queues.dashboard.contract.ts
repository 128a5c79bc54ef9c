import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../src/kernel/app-error.js';
import { eventually } from '../support/eventually.js';
import { greet, type QueueBench, testQueue } from './queues.setup.js';

/** What an operator sees and can do. */
export function describeDashboard(bench: () => QueueBench): void {
  it('retries a failed job, removes a finished one, and does not remove a running one', async () => {
    const queue = testQueue();
    let fails = true;
    let finish: () => void = () => undefined;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const process = await bench().worker(queue, async () => {
      if (fails) throw new AppError('invalid', 'some.reason', 'no');
      await finished;
    });
    const board = process.queues.dashboardAdapter(queue);
    const { id } = await greet(process.queues, queue, 'Ada');
    await bench().untilState(process, queue, id, 'failed');
    // That is for what is delayed: of a failed job it would leave the dead letter.
    await expect((await board.getJob(id))?.promote()).rejects.toThrow();
    expect((await bench().look(process, queue, id)).state).toBe('failed');
    fails = false;
    await (await board.getJob(id))?.retry('failed');
    await bench().untilState(process, queue, id, 'active');
    await expect((await board.getJob(id))?.remove()).rejects.toThrow();
    finish();
    await bench().untilState(process, queue, id, 'completed');
    await (await board.getJob(id))?.remove();
    expect((await board.getJob(id)) ?? undefined).toBeUndefined();
    await process.stop();
  });

  it('runs a delayed job now when it is promoted', async () => {
    const queue = testQueue();
    const process = await bench().worker(queue, async () => undefined);
    const { id } = await greet(process.queues, queue, 'Ada', { delayMs: 60_000 });
    await (await process.queues.dashboardAdapter(queue).getJob(id))?.promote();
    await bench().untilState(process, queue, id, 'completed');
    await process.stop();
  });

  it('adds a job through the same checks as everyone', async () => {
    const queue = testQueue();
    const greeted: string[] = [];
    const process = await bench().worker(queue, async ({ payload }) => greeted.push(payload.name));
    const board = process.queues.dashboardAdapter(queue);
    await expect(board.addJob('greet', { name: 7 }, {})).rejects.toMatchObject({
      code: 'queue.invalid_payload',
    });
    await board.addJob('greet', { name: 'Ada' }, {});
    await eventually(() => expect(greeted).toEqual(['Ada']));
    await process.stop();
  });

  it('runs nothing of a paused queue until it is resumed', async () => {
    const queue = testQueue();
    const process = await bench().worker(queue, async () => undefined);
    const board = process.queues.dashboardAdapter(queue);
    await board.pause();
    expect(await board.isPaused()).toBe(true);
    const { id } = await greet(process.queues, queue, 'Ada');
    await delay(200);
    expect((await bench().look(process, queue, id)).state).not.toMatch(/active|completed/);
    await board.resume();
    await bench().untilState(process, queue, id, 'completed');
    await process.stop();
  });

  it('empties, promotes and cleans in bulk', async () => {
    const queue = testQueue();
    const process = await bench().producer(queue);
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
}
