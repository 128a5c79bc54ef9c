import '../../support/quiet.js';
import type { Database } from '../../../src/database/index.js';
import { JobEffects } from '../../../src/database/jobs/job-effects.repository.js';
import { DATABASES } from '../../support/databases.js';

describe.each(DATABASES)('the effect of a job on $name', (kind) => {
  let database: Database;
  let close: () => Promise<void>;
  let effects: JobEffects;
  let done: string[];

  beforeAll(async () => {
    ({ database, close } = await kind.open());
    effects = new JobEffects(database);
  });
  beforeEach(() => (done = []));
  afterAll(() => close());

  const run = (key: string, queue = 'mail') =>
    database.transaction((transaction) =>
      effects.once(transaction, queue, key, async () => done.push(`${queue} ${key}`)),
    );

  it('comes once, however often and wherever its job runs at the same time', async () => {
    const ends = await Promise.all(Array.from({ length: 5 }, () => run('one')));
    expect(ends.filter((end) => end.done)).toEqual([{ done: true, value: 1 }]);
    expect(await run('one')).toEqual({ done: false });
    expect(done).toEqual(['mail one']);
  });

  it('comes again when the transaction that did it was rolled back', async () => {
    const failing = database.transaction(async (transaction) => {
      await effects.once(transaction, 'mail', 'two', async () => done.push('undone'));
      throw new Error('on purpose');
    });
    await expect(failing).rejects.toThrow('on purpose');
    expect(await run('two')).toMatchObject({ done: true });
  });

  it('is known by queue and key, until it is forgotten', async () => {
    await run('three');
    expect(await run('three', 'another')).toMatchObject({ done: true });
    expect(await effects.forget(60_000)).toBe(0);
    expect(await effects.forget(-1_000)).toBeGreaterThanOrEqual(2);
    expect(await run('three')).toMatchObject({ done: true });
  });
});
