import { LoadWaiters } from './load-waiters.js';

describe('those who wait for a load of another process', () => {
  let waiters: LoadWaiters;
  beforeEach(() => (waiters = new LoadWaiters()));

  /** How long it took, ms; Infinity: it was not over within half a second. */
  const waited = async (wait: Promise<void>): Promise<number> => {
    const startedAtMs = performance.now();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<number>((resolve) => {
      timer = setTimeout(() => resolve(Infinity), 500);
    });
    const over = wait.then(() => performance.now() - startedAtMs);
    return Promise.race([over, late]).finally(() => clearTimeout(timer));
  };

  it('go on when it is over, all of them', async () => {
    const waits = [1, 2, 3].map(() => waiters.wait('k', performance.now(), 60_000));
    waiters.settled('k');
    expect(Math.max(...(await Promise.all(waits.map(waited))))).toBeLessThan(500);
  });

  it('go on when the entry was invalidated, and when nothing is known any more', async () => {
    const one = waiters.wait('k', performance.now(), 60_000);
    waiters.wake('k');
    expect(await waited(one)).toBeLessThan(500);
    const all = ['a', 'b'].map((name) => waiters.wait(name, performance.now(), 60_000));
    waiters.wakeAll();
    expect(Math.max(...(await Promise.all(all.map(waited))))).toBeLessThan(500);
  });

  it('do not go on for another entry', async () => {
    const other = waiters.wait('other', performance.now(), 60_000);
    waiters.settled('k');
    waiters.wake('k');
    expect(await waited(other)).toBe(Infinity);
    waiters.wakeAll();
    await other;
  });

  it('wait no longer than they said', async () => {
    const took = await waited(waiters.wait('k', performance.now(), 20));
    expect(took).toBeGreaterThanOrEqual(19);
    expect(took).toBeLessThan(500);
  });

  it('are told when it was over before they began to wait, but after they asked', async () => {
    const askedAtMs = performance.now();
    waiters.settled('k');
    expect(await waited(waiters.wait('k', askedAtMs, 60_000))).toBeLessThan(500);
  });

  it('do not take the end of an earlier load for that of theirs', async () => {
    waiters.settled('k');
    const wait = waiters.wait('k', performance.now() + 1, 60_000);
    expect(await waited(wait)).toBe(Infinity);
    waiters.settled('k');
    await wait;
  });

  it('may wait again while they are woken', async () => {
    const again = waiters
      .wait('k', performance.now(), 60_000)
      .then(() => waiters.wait('k', performance.now() + 1, 60_000));
    waiters.wake('k');
    await new Promise((resolve) => setImmediate(resolve));
    waiters.wake('k');
    expect(await waited(again)).toBeLessThan(500);
  });
});
