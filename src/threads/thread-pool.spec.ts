import { ThreadPool, threadTask } from './thread-pool.js';

type Work = (input: { turns: number; hold?: number; fail?: string }) => number;

const task = threadTask<Work>(new URL('../../test/support/thread-task.mjs', import.meta.url));
const never = new AbortController().signal;
const ENDLESS = { turns: Number.MAX_SAFE_INTEGER };

describe('ThreadPool', () => {
  const pools: ThreadPool[] = [];
  const open = () => {
    const pool = new ThreadPool();
    pools.push(pool);
    return pool;
  };
  afterEach(() => Promise.all(pools.splice(0).map((pool) => pool.onApplicationShutdown())));

  it('leaves the event loop free while it computes, several at a time', async () => {
    const pool = open();
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 2);
    const sums = await Promise.all(
      [1, 2, 3].map(() => pool.run(task, { turns: 20_000_000 }, never)),
    );
    clearInterval(timer);
    expect(new Set(sums).size).toBe(1);
    expect(turns).toBeGreaterThan(5);
  });

  it('ends work at once with the reason it is given, and takes the next', async () => {
    const pool = open();
    const stop = new AbortController();
    // Two that run, and one that waits.
    const works = [1, 2, 3].map(() => pool.run(task, ENDLESS, stop.signal));
    stop.abort(new Error('cancelled'));
    for (const work of works) await expect(work).rejects.toThrow('cancelled');
    expect(await pool.run(task, { turns: 0 }, never)).toBe(0);
    await expect(pool.run(task, ENDLESS, stop.signal)).rejects.toThrow('cancelled');
  });

  it('hands on what breaks in a thread, and goes on', async () => {
    const pool = open();
    await expect(pool.run(task, { turns: 0, fail: 'broken' }, never)).rejects.toThrow('broken');
    expect(await pool.run(task, { turns: 0 }, never)).toBe(0);
  });

  it('survives work that needs more memory than a thread has', async () => {
    const pool = open();
    await expect(pool.run(task, { turns: 0, hold: 10_000 }, never)).rejects.toThrow();
    expect(await pool.run(task, { turns: 0 }, never)).toBe(0);
  });

  it('ends with the process, and computes nothing after that', async () => {
    const pool = open();
    const ended = expect(pool.run(task, ENDLESS, never)).rejects.toMatchObject({
      code: 'threads.closed',
    });
    await pool.onApplicationShutdown();
    await ended;
    await expect(pool.run(task, { turns: 0 }, never)).rejects.toMatchObject({
      code: 'threads.closed',
    });
  });
});
