import type { BaseAdapter } from '@bull-board/api/dist/queueAdapters/base.js';
import type { QueueJob } from '@bull-board/api/typings/app';
import type { Removal } from '../removal.js';
import { ruled } from './ruled-adapter.js';

/** A board that has these calls alone; of the others nothing is asked. */
function boardWith(calls: object): BaseAdapter {
  const silent = () => Promise.resolve(undefined);
  return new Proxy(calls, {
    get: (target, name) => (Reflect.get(target, name) as unknown) ?? silent,
  }) as BaseAdapter;
}

/** A board of a queue whose removals answer so, one after the other; the last one for ever. */
function boardOf(...answers: Removal[]) {
  const asked: string[] = [];
  const board = boardWith({ getName: () => 'mail' });
  const remove = (what: string): Promise<Removal> => {
    const answer = answers[Math.min(asked.length, answers.length - 1)];
    asked.push(what);
    return Promise.resolve(answer ?? { removed: 0, more: false });
  };
  const adapter = ruled(board, {
    drain: (_queue, states = []) => remove(`drain ${states.join()}`),
    clean: (_queue, state) => remove(`clean ${state}`),
    remove: () => Promise.resolve(),
    assertRetriable: () => Promise.resolve(),
  });
  return { adapter, asked };
}

describe('a job on the dashboard', () => {
  /** Of that state, whose backend answers so to what is not delayed. */
  const jobOf = async (state: string, promote: () => Promise<void>) => {
    const job = { toJSON: () => ({ id: 'a' }), getState: () => Promise.resolve(state), promote };
    const board = boardWith({
      getName: () => 'mail',
      getJob: () => Promise.resolve({ ...job, retry: promote, remove: promote }),
    });
    const found = await ruled(board, {} as never).getJob('a');
    return found as QueueJob;
  };

  it.each(['failed', 'completed', 'active', 'unknown'])(
    'that is %s is not promoted, and that is no failure of ours',
    async (state) => {
      const job = await jobOf(state, () => Promise.reject(new Error('not in the delayed state')));
      await expect(job.promote()).rejects.toMatchObject({
        kind: 'conflict',
        code: 'queue.job_not_delayed',
      });
    },
  );

  it('that is delayed is promoted, or it is told why not', async () => {
    const away = new Error('away');
    await expect((await jobOf('waiting', () => Promise.resolve())).promote()).resolves.toBe(
      undefined,
    );
    const job = await jobOf('delayed', () => Promise.reject(away));
    await expect(job.promote()).rejects.toMatchObject({ code: 'queue.unavailable', cause: away });
  });
});

describe('a backend that fails', () => {
  it('is unavailable, whatever it says of itself', async () => {
    const fails = () => Promise.reject(new Error("Stream isn't writeable"));
    const calls = [
      'getJob',
      'getJobs',
      'getJobCounts',
      'isPaused',
      'pause',
      'resume',
      'promoteAll',
    ];
    const board = ruled(
      boardWith({ getName: () => 'mail', ...Object.fromEntries(calls.map((one) => [one, fails])) }),
      {} as never,
    );
    for (const asked of [
      board.getJob('a'),
      board.getJobs(['failed']),
      board.getJobCounts(),
      board.isPaused(),
      board.pause(),
      board.resume(),
      board.promoteAll(),
    ]) {
      await expect(asked).rejects.toMatchObject({ kind: 'unavailable', code: 'queue.unavailable' });
    }
  });
});

describe('a bulk removal on the dashboard', () => {
  it('goes on while more is left', async () => {
    const { adapter, asked } = boardOf({ removed: 100, more: true }, { removed: 7, more: false });
    await adapter.clean('failed', 0);
    expect(asked).toEqual(['clean failed', 'clean failed']);
  });

  it('ends when nothing of what is left can be removed', async () => {
    const { adapter, asked } = boardOf({ removed: 0, more: true });
    await adapter.empty();
    expect(asked).toEqual(['drain waiting']);
  });

  it('ends though producers add as quickly as it removes', async () => {
    const { adapter, asked } = boardOf({ removed: 100, more: true });
    await adapter.clean('delayed', 0);
    expect(asked).toHaveLength(30);
  });

  it.each(['active', 'waiting-children', 'made-up'])('removes none that are %s', async (status) => {
    const { adapter, asked } = boardOf({ removed: 1, more: false });
    await expect(adapter.clean(status as never, 0)).rejects.toThrow();
    expect(asked).toEqual([]);
  });
});
