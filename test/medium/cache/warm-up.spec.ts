import '../../support/quiet.js';
import { defineWarmUp, type WarmUpDefinition } from '../../../src/redis/cache/warming/warm-up.js';
import { WarmUps } from '../../../src/redis/cache/warming/warm-ups.js';
import { Deferred } from '../../support/deferred.js';
import { eventually } from '../../support/eventually.js';

const quick = defineWarmUp({ name: 'test', concurrency: 2, loopShare: 1, atBoot: true });
const NUMBERS = Array.from({ length: 10 }, (_, i) => i);

function warming(
  definition: WarmUpDefinition,
  load: (n: number, context: { readonly signal: AbortSignal }) => Promise<unknown>,
  params: () => Iterable<number> | AsyncIterable<number> = () => NUMBERS,
) {
  const warmUps = new WarmUps();
  return { warmUps, warmUp: warmUps.use(definition, { params, load }) };
}

/** Keeps the event loop to itself. */
function busy(ms: number): void {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
}

describe('a warm-up', () => {
  it('loads every entry once, in order, so many at once', async () => {
    const begun: number[] = [];
    let running = 0;
    let most = 0;
    const progress: (number | undefined)[][] = [];
    const { warmUp } = warming(quick, async (n) => {
      begun.push(n);
      running += 1;
      most = Math.max(most, running);
      await new Promise((next) => setTimeout(next, 5));
      running -= 1;
    });
    const result = await warmUp.run({ onProgress: (...args) => progress.push(args) });
    expect(result).toMatchObject({ warmed: 10, failed: 0, isComplete: true });
    expect(begun).toEqual(NUMBERS);
    expect(most).toBe(2);
    expect(progress.at(-1)).toEqual([10, 10]);
  });

  it('takes entries as they come, without knowing how many', async () => {
    async function* some() {
      yield* [1, 2, 3];
    }
    const totals: unknown[] = [];
    const { warmUp } = warming(quick, async () => undefined, some);
    const result = await warmUp.run({ onProgress: (_, total) => totals.push(total) });
    expect(result).toMatchObject({ warmed: 3 });
    expect(totals).toEqual([undefined, undefined, undefined]);
  });

  it('leaves the event loop to others for as much of the time as it says', async () => {
    const { warmUp } = warming({ ...quick, concurrency: 3, loopShare: 0.25 }, async () => busy(20));
    const { durationMs } = await warmUp.run();
    // All but the last are rested from.
    expect(durationMs).toBeGreaterThanOrEqual(4 * 20 * 7);
  });

  it('begins no more per second than its source takes', async () => {
    const { warmUp } = warming({ ...quick, perSecond: 50 }, async () => undefined);
    expect((await warmUp.run()).durationMs).toBeGreaterThanOrEqual(9 * 20 - 5);
  });

  it('goes on after an entry that failed, and gives up when all of them do', async () => {
    const some = warming(quick, async (n) => {
      if (n % 2 === 0) throw new Error('refused');
    });
    expect(await some.warmUp.run()).toMatchObject({ warmed: 5, failed: 5, isComplete: true });
    let asked = 0;
    const all = warming(
      quick,
      async () => {
        asked += 1;
        throw new Error('away');
      },
      () => Array.from({ length: 1_000 }, (_, i) => i),
    );
    await expect(all.warmUp.run()).rejects.toMatchObject({ code: 'cache.warm_up_failed' });
    expect(asked).toBeLessThan(30);
    // And is not stuck after that.
    await expect(all.warmUp.run()).rejects.toMatchObject({ code: 'cache.warm_up_failed' });
  });

  it('runs once for all who call at the same time', async () => {
    let loads = 0;
    const { warmUp } = warming(quick, async () => (loads += 1));
    const [one, other] = await Promise.all([warmUp.run(), warmUp.run()]);
    expect(one).toBe(other);
    expect(loads).toBe(10);
  });

  it('ends with the reason of its caller’s signal', async () => {
    const abort = new AbortController();
    const begun = new Deferred<void>();
    const { warmUp } = warming({ ...quick, perSecond: 1 }, async () => begun.resolve());
    const run = warmUp.run({ signal: abort.signal });
    await begun.promise;
    abort.abort(new Error('enough'));
    await expect(run).rejects.toThrow('enough');
  });

  it('begins when the process has started, and ends at once with it', async () => {
    let loads = 0;
    // The next one would be due in 100 s.
    const { warmUps, warmUp } = warming({ ...quick, perSecond: 0.01 }, async () => (loads += 1));
    warmUps.use(
      { ...quick, name: 'later', atBoot: false },
      {
        params: () => NUMBERS,
        load: () => Promise.reject(new Error('not at boot')),
      },
    );
    warmUps.beginAtBoot();
    await eventually(() => expect(loads).toBeGreaterThan(0));
    const run = warmUp.run();
    const startedAtMs = performance.now();
    warmUps.onModuleDestroy();
    await warmUps.beforeApplicationShutdown();
    expect(await run).toMatchObject({ isComplete: false });
    expect(performance.now() - startedAtMs).toBeLessThan(10_000);
    expect(loads).toBe(1);
  });

  it.each([
    ['no concurrency', { concurrency: 0 }],
    ['no share of the loop', { loopShare: 0 }],
    ['more than all of the loop', { loopShare: 1.1 }],
    ['no pace', { perSecond: 0 }],
  ])('refuses a declaration with %s', (_, change) => {
    expect(() => warming({ ...quick, ...change }, async () => undefined)).toThrow(
      expect.objectContaining({ code: 'cache.invalid_definition' }),
    );
  });
});
