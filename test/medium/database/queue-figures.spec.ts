import { DatabaseQueueFigures } from '../../../src/database/jobs/queue-figures.repository.js';
import { MINUTE_MS } from '../../../src/kernel/duration.js';
import { NO_FIGURES, sumOf, type JobFigures } from '../../../src/kernel/job-figures.js';
import { openTestDatabase } from '../../support/databases.js';

const FIGURES: JobFigures = {
  completed: 3,
  failed: 1,
  retried: 2,
  wait: NO_FIGURES.wait.map((_, index) => index),
  waitSumMs: 12.5,
  run: NO_FIGURES.run.map((_, index) => 2 * index),
  runSumMs: 1_000.25,
};

it('adds up what many processes count of a queue in the same minute, and forgets it with its age', async () => {
  const { database, close } = await openTestDatabase('postgres');
  try {
    const figures = new DatabaseQueueFigures(database);
    await Promise.all(Array.from({ length: 10 }, () => figures.add('trading', FIGURES)));
    await figures.add('analytics', FIGURES);
    const known = await figures.since(5 * MINUTE_MS);
    expect([...known.keys()].sort()).toEqual(['analytics', 'trading']);
    expect(known.get('trading')).toMatchObject(sumOf(Array.from({ length: 10 }, () => FIGURES)));
    expect(known.get('analytics')).toMatchObject(FIGURES);
    // The four minutes before this one, and what has passed of it.
    const coveredMs = known.get('analytics')?.coveredMs;
    expect(coveredMs).toBeGreaterThan(4 * MINUTE_MS);
    expect(coveredMs).toBeLessThan(5 * MINUTE_MS);
    expect(await figures.forget(10 * MINUTE_MS)).toBe(0);
    expect(await figures.forget(-10 * MINUTE_MS)).toBeGreaterThanOrEqual(2);
    expect(await figures.since(5 * MINUTE_MS)).toEqual(new Map());
  } finally {
    await close();
  }
});
