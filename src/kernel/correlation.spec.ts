import { EventEmitter, once } from 'node:events';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { Correlation } from './correlation.js';

describe('the correlation id', () => {
  const correlation = new Correlation();
  afterAll(() => correlation.close());
  const find = () => correlation.find();

  it('goes with all that is awaited, whatever the others do meanwhile', async () => {
    const seen = await Promise.all(
      ['a', 'b', 'c'].map((id) =>
        correlation.run(id, async () => {
          const ids = [find()];
          await Promise.resolve();
          ids.push(find());
          await sleep(1);
          ids.push(find());
          await Promise.all([setImmediate().then(() => ids.push(find())), readThenable(ids)]);
          for await (const _ of steps()) ids.push(find());
          await Promise.reject(new Error('x')).catch(() => ids.push(find()));
          const events = new EventEmitter();
          const emitted = once(events, 'done');
          setTimeout(() => events.emit('done'));
          await emitted;
          ids.push(find());
          return ids;
        }),
      ),
    );
    expect(seen).toEqual(['a', 'b', 'c'].map((id) => Array<string>(9).fill(id)));
  });

  /** As a query is that begins when it is awaited. */
  async function readThenable(ids: unknown[]): Promise<void> {
    await {
      then: (resolve: () => void) => {
        ids.push(find());
        resolve();
      },
    };
  }

  async function* steps(): AsyncGenerator<number> {
    yield 1;
    await sleep(1);
    yield 2;
  }

  it('is the one that a promise was chained under, not the one that it was settled under', async () => {
    let settle: () => void = () => undefined;
    const settled = new Promise<void>((resolve) => (settle = resolve));
    const chained = correlation.run('chained', () => settled.then(find));
    correlation.run('settled', settle);
    expect(await chained).toBe('chained');
  });

  it('ends with its work: at once, after an error, and with the inner one', async () => {
    const broken = () => {
      throw new Error('x');
    };
    expect(() => correlation.run('a', broken)).toThrow('x');
    expect(find()).toBeUndefined();
    correlation.run('outer', () => {
      expect(correlation.run('inner', find)).toBe('inner');
      expect(find()).toBe('outer');
    });
    await correlation.run('b', () => sleep(1));
    expect(find()).toBeUndefined();
  });

  it('is a new one outside of any work, and none for who only looks', () => {
    expect(correlation.current()).not.toBe(correlation.current());
    expect(find()).toBeUndefined();
    expect(correlation.run('a', () => correlation.current())).toBe('a');
  });

  it('is none in what a timer or an event calls back: that may be the work of anyone', async () => {
    const found = await new Promise((resolve) => {
      correlation.run('a', () => setTimeout(() => resolve(find())));
    });
    expect(found).toBeUndefined();
  });

  it('of one process is not that of another in the same thread', async () => {
    const other = new Correlation();
    const ids = await correlation.run('a', () =>
      other.run('b', async () => {
        await Promise.resolve();
        return [correlation.find(), other.find()];
      }),
    );
    other.close();
    expect(ids).toEqual(['a', 'b']);
  });

  it('is gone once it was closed, for what still runs too', async () => {
    const closed = new Correlation();
    const found = await closed.run('a', async () => {
      await Promise.resolve();
      closed.close();
      await Promise.resolve();
      return closed.find();
    });
    expect(found).toBeUndefined();
    expect(
      await closed.run('b', () => Promise.resolve().then(() => closed.find())),
    ).toBeUndefined();
  });
});
