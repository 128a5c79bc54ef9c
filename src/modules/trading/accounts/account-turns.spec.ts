import { AccountTurns } from './account-turns.js';

const WAIT_MS = 5_000;

describe('turns on an account', () => {
  let turns: AccountTurns;
  let log: string[];
  beforeEach(() => {
    turns = new AccountTurns();
    log = [];
  });

  /** Writes down when it begins; ends when it is told to. */
  function work(name: string): { begin: () => Promise<void>; end: () => void } {
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    return {
      end,
      begin: () => {
        log.push(name);
        return ended;
      },
    };
  }

  it('come in the order of asking, one at a time', async () => {
    const [first, second, third] = [work('first'), work('second'), work('third')];
    const all = [first, second, third].map(({ begin }) => turns.run('a', WAIT_MS, begin));
    expect(log).toEqual(['first']);
    first.end();
    await all[0];
    expect(log).toEqual(['first', 'second']);
    second.end();
    third.end();
    await Promise.all(all);
    expect(log).toEqual(['first', 'second', 'third']);
  });

  it('are of each account its own', async () => {
    const [one, other] = [work('one'), work('other')];
    const both = [turns.run('a', WAIT_MS, one.begin), turns.run('b', WAIT_MS, other.begin)];
    expect(log).toEqual(['one', 'other']);
    one.end();
    other.end();
    await Promise.all(both);
  });

  it('go to the next one also after work that failed', async () => {
    const failing = turns.run('a', WAIT_MS, () => Promise.reject(new Error('no')));
    const next = turns.run('a', WAIT_MS, async () => 'done');
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('done');
  });

  it('are refused who has waited for too long, and nobody stands behind it for nothing', async () => {
    const long = work('long');
    const first = turns.run('a', WAIT_MS, long.begin);
    await expect(turns.run('a', 1, work('late').begin)).rejects.toMatchObject({
      kind: 'conflict',
      code: 'trading.account_busy',
    });
    const patient = turns.run('a', WAIT_MS, async () => 'done');
    long.end();
    await first;
    expect(await patient).toBe('done');
    expect(log).toEqual(['long']);
  });

  it('are refused when a thousand wait already', async () => {
    const long = work('long');
    const first = turns.run('a', WAIT_MS, long.begin);
    const waiting = Array.from({ length: 1_000 }, () => turns.run('a', WAIT_MS, async () => 1));
    await expect(turns.run('a', WAIT_MS, async () => 1)).rejects.toMatchObject({
      code: 'trading.account_busy',
    });
    long.end();
    await first;
    expect(await Promise.all(waiting)).toHaveLength(1_000);
  });
});
