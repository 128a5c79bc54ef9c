import { ManualClock } from '../../../test/support/manual-clock.js';
import { MemoryQuotaCounts } from '../../../test/support/memory.quota-counts.js';
import { parseConfig } from '../../config/config.js';
import { QuotaBook } from './quota-book.js';

const MIDNIGHT = Date.parse('2026-03-01T00:00:00.000Z');
const LIMIT = 2;

describe('a quota of a day', () => {
  let clock: ManualClock;
  let book: QuotaBook;
  beforeEach(() => {
    clock = new ManualClock();
    clock.advance(MIDNIGHT - 1 - clock.nowMs());
    const config = parseConfig({ QUOTAS: `ml.trainings=${LIMIT}` });
    book = new QuotaBook(new MemoryQuotaCounts(), config, clock);
  });
  const take = () => book.take('ada', 'ml.trainings');
  const trainings = async () =>
    (await book.list('ada')).find(({ name }) => name === 'ml.trainings');

  it('ends with its last millisecond, and is never waited for less than a second', async () => {
    for (let i = 0; i < LIMIT; i += 1) await take();
    await expect(take()).rejects.toMatchObject({
      code: 'quota.exceeded',
      details: { resetAt: '2026-03-01T00:00:00.000Z', retryAfterSeconds: 1 },
    });
    clock.advance(1);
    expect(await trainings()).toMatchObject({ used: 0, resetsAtMs: MIDNIGHT + 86_400_000 });
    await take();
    expect(await trainings()).toMatchObject({ used: 1 });
  });

  it('is not given anew by a clock that is set back over midnight', async () => {
    for (let i = 0; i < LIMIT; i += 1) await take();
    clock.advance(1);
    await take();
    clock.advance(-1);
    await expect(take()).rejects.toMatchObject({ code: 'quota.exceeded' });
    clock.advance(1);
    expect(await trainings()).toMatchObject({ used: 1 });
  });

  it('gives back to the day that was taken from, though the next one has begun', async () => {
    const taken = await take();
    clock.advance(1);
    await take();
    await book.giveBack(taken);
    expect(await trainings()).toMatchObject({ used: 1 });
    clock.advance(-1);
    expect(await trainings()).toMatchObject({ used: 0 });
  });
});
