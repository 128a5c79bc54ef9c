import { Controller, Module, Param, Post } from '@nestjs/common';
import { HttpModule, Quota, SignedIn } from '../../src/http/index.js';
import { AppError } from '../../src/kernel/app-error.js';
import { DAY_MS } from '../../src/kernel/duration.js';
import { QuotaCounts } from '../../src/kernel/quotas.js';
import type { QuotaList } from '../../src/modules/limits/quotas/quotas.dto.js';
import { RedisConnections } from '../../src/redis/connection/redis-connections.js';
import { newTrader, type ApiClient, type Problem } from './support/api-client.js';
import { BACKENDS, type Backend } from './support/backends.js';
import { startProbe, type Probe } from './support/probe.js';

const LIMIT = 5;
const ENV = { QUOTAS: `ml.trainings=${LIMIT}` };

@SignedIn()
@Controller('api/probe')
class CountedController {
  @Post(':what')
  @Quota('ml.trainings')
  run(@Param('what') what: string): string {
    if (what === 'failing') throw new AppError('unprocessable', 'probe.failed', 'It failed.');
    return what;
  }
}

@Module({ imports: [HttpModule], controllers: [CountedController] })
class CountedModule {}

describe.each(BACKENDS)('quotas on $name', (kind) => {
  let backend: Backend;
  let probe: Probe;
  beforeAll(async () => {
    backend = await kind.create();
    probe = await startProbe(backend, [CountedModule], ENV);
  });
  afterAll(async () => {
    await probe.app.close();
    await backend.remove();
  });

  const run = (trader: ApiClient, what = 'good') => trader.post<Problem>(`/api/probe/${what}`);
  const quotasOf = async (trader: ApiClient) =>
    (await trader.get<QuotaList>('/api/users/me/quotas')).body.items;
  const trainingsOf = async (trader: ApiClient) =>
    (await quotasOf(trader)).find(({ name }) => name === 'ml.trainings');
  const midnight = () =>
    new Date((Math.floor(probe.clock.nowMs() / DAY_MS) + 1) * DAY_MS).toISOString();

  it('are all listed to whom they are of, with what is left and when they begin anew', async () => {
    const trader = await probe.trader();
    await run(trader);
    const resetAt = midnight();
    const items = await quotasOf(trader);
    expect(items).toEqual([
      { name: 'ml.trainings', period: 'day', limit: LIMIT, used: 1, remaining: 4, resetAt },
      { name: 'journal.imports', period: 'day', limit: 200, used: 0, remaining: 200, resetAt },
      {
        name: 'ai.questions',
        period: 'day',
        limit: expect.any(Number),
        used: 0,
        remaining: expect.any(Number),
        resetAt,
      },
    ]);
    expect((await probe.client().get('/api/users/me/quotas')).status).toBe(401);
  });

  it('let exactly the limit through, however many ask at once, and nobody pays for others', async () => {
    const [ada, bob] = [await probe.trader(), await probe.trader()];
    const answers = await Promise.all(Array.from({ length: 40 }, () => run(ada)));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array<number>(LIMIT).fill(201), ...Array<number>(35).fill(429)]);
    expect(await trainingsOf(ada)).toMatchObject({ used: LIMIT, remaining: 0 });
    expect(await trainingsOf(bob)).toMatchObject({ used: 0, remaining: LIMIT });
  });

  it('say when to come again', async () => {
    const trader = await probe.trader();
    for (let i = 0; i < LIMIT; i += 1) await run(trader);
    const { status, headers, body } = await run(trader);
    expect({ status, body }).toMatchObject({
      status: 429,
      body: {
        code: 'quota.exceeded',
        details: { quota: 'ml.trainings', limit: LIMIT, period: 'day', resetAt: midnight() },
      },
    });
    const seconds = Number(headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(DAY_MS / 1_000);
  });

  it('are not charged for what fails', async () => {
    const trader = await probe.trader();
    for (let i = 0; i < 2 * LIMIT; i += 1) {
      expect(await run(trader, 'failing')).toMatchObject({
        status: 422,
        body: { code: 'probe.failed' },
      });
    }
    expect(await trainingsOf(trader)).toMatchObject({ used: 0 });
    expect((await run(trader)).status).toBe(201);
  });

  if (kind.name !== 'embedded') {
    it('survive an emptied Redis, and a restart', async () => {
      const trader = await probe.trader();
      for (let i = 0; i < LIMIT; i += 1) await run(trader);
      const { command } = probe.app.get(RedisConnections);
      const keys = await command.keys(`${backend.env['REDIS_KEY_PREFIX']}:*`);
      await command.del(keys);
      expect((await run(trader)).body.code).toBe('quota.exceeded');

      const again = await startProbe(backend, [CountedModule], ENV);
      const client = again.client();
      client.token = trader.token;
      expect((await run(client)).body.code).toBe('quota.exceeded');
      await again.app.close();
    });
  } else {
    it('begin anew with the day, and forget days long past', async () => {
      const known = newTrader();
      const trader = probe.client();
      await trader.post('/api/auth/register', known);
      await trader.login(known);
      for (let i = 0; i < LIMIT; i += 1) await run(trader);
      const counts = probe.app.get(QuotaCounts);
      probe.clock.advance(DAY_MS);
      // Sessions end with a day as well.
      await trader.login(known);
      expect(await trainingsOf(trader)).toMatchObject({ used: 0, remaining: LIMIT });
      expect((await run(trader)).status).toBe(201);
      const today = new Date(probe.clock.nowMs()).toISOString().slice(0, 10);
      expect(await counts.forget(today)).toBeGreaterThan(0);
      expect(await trainingsOf(trader)).toMatchObject({ used: 1 });
    });
  }
});
