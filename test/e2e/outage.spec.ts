import type { Answer, ApiClient, Problem } from './support/api-client.js';
import { newTrader } from './support/api-client.js';
import { BACKENDS } from './support/backends.js';
import { startBourse, type Bourse } from './support/bourse.js';
import { postFrom } from './support/from-address.js';
import { eventually } from '../support/eventually.js';
import { PrivateRedis } from '../support/redis-server.js';

jest.setTimeout(90_000);

/** How long a trader may wait for any answer while Redis is away: half of what a client waits for it by default. */
const PATIENCE_MS = 5_000;

interface Order {
  readonly id: string;
  readonly status: string;
}

type Description = Record<
  string,
  { get?: { parameters?: readonly { in: string; required?: boolean }[] } }
>;

const [, onServers] = BACKENDS;

describe('with Redis killed in the middle', () => {
  let redis: PrivateRedis;
  let bourse: Bourse;
  let trader: ApiClient;
  /** Another login of the same trader. */
  let phone: ApiClient;
  const account = newTrader();
  /** GET routes without parameters that a trader got an answer from before. */
  let readable: string[];
  let accepted: Order;
  let signedInMeanwhile: ApiClient;

  const market = { symbol: 'AAPL', side: 'buy', type: 'market', quantity: '1' };
  const patient = { ...market, type: 'limit', limitPrice: '0.01' };

  /** The answer, if it came in time. */
  const promptly = async <T>(ask: () => Promise<T>): Promise<T> => {
    const askedAtMs = performance.now();
    const answer = await ask();
    expect(performance.now() - askedAtMs).toBeLessThan(PATIENCE_MS);
    return answer;
  };
  const succeeds = async <T>(status: number, ask: () => Promise<Answer<T>>): Promise<T> => {
    const answer = await promptly(ask);
    expect({ status: answer.status, body: answer.body }).toMatchObject({ status });
    return answer.body;
  };

  beforeAll(async () => {
    if (onServers === undefined) throw new Error('no backend');
    redis = await PrivateRedis.start();
    bourse = await startBourse(onServers, { REDIS_URL: redis.url, RATE_LIMITS: '' });
    expect((await bourse.client().post('/api/auth/register', account)).status).toBe(201);
    trader = await bourse.client().login(account);
    phone = await bourse.client().login(account);
    expect((await phone.get('/api/users/me')).status).toBe(200);
    readable = await readableRoutes();

    const order = await trader.post<Order>('/api/orders', market);
    await eventually(
      async () => {
        const { body } = await trader.get<Order>(`/api/orders/${order.body.id}`);
        expect(body.status).toBe('filled');
      },
      { timeoutMs: 15_000 },
    );
    await redis.kill();
  });
  afterAll(async () => {
    await bourse?.close();
    await redis?.remove();
  });

  /** From the API's own description, so that a new route is part of this without a word here. */
  const readableRoutes = async () => {
    const { body } = await bourse.client().get<{ paths: Description }>('/docs-json');
    const routes = Object.entries(body.paths)
      .filter(([path, { get }]) => path.startsWith('/api/') && get && !path.includes('{'))
      .filter(([, { get }]) => !get?.parameters?.some(({ required }) => required))
      .map(([path]) => path);
    const answers = await Promise.all(routes.map((path) => trader.get(path)));
    return routes.filter((_, i) => answers[i]?.status === 200);
  };

  describe('a trader who is signed in', () => {
    it('stays so, and reads all that could be read before', async () => {
      expect(readable).toEqual(
        expect.arrayContaining(['/api/users/me', '/api/account', '/api/portfolio/summary']),
      );
      for (const path of readable) {
        const answer = await promptly(() => trader.get(path));
        expect({ path, status: answer.status }).toEqual({ path, status: 200 });
      }
    });

    it('sees quotes', async () => {
      const quote = await succeeds(200, () => trader.get('/api/market/quotes/AAPL'));
      expect(quote).toMatchObject({ symbol: 'AAPL' });
    });

    it('changes the profile, and sees the change', async () => {
      await succeeds(200, () => trader.patch('/api/users/me/settings', { theme: 'dark' }));
      const signal = { symbol: 'AAPL', side: 'buy', strategy: 'Made meanwhile', confidence: 0.5 };
      await succeeds(201, () => trader.post('/api/signals', signal));
      await succeeds(200, () => trader.patch('/api/users/me', { displayName: 'Patient' }));
      const profile = await succeeds(200, () => trader.get('/api/users/me'));
      expect(profile).toMatchObject({ displayName: 'Patient' });
    });

    it('places an order, which is accepted', async () => {
      accepted = await succeeds(201, () => trader.post<Order>('/api/orders', market));
      expect(accepted).toMatchObject({ status: 'accepted' });
      await succeeds(200, () => trader.get(`/api/orders/${accepted.id}`));
    });

    it('cancels an order', async () => {
      const order = await succeeds(201, () => trader.post<Order>('/api/orders', patient));
      const cancelled = await succeeds(200, () => trader.delete(`/api/orders/${order.id}`));
      expect(cancelled).toMatchObject({ status: 'cancelled' });
    });

    it('signs out on one device, and stays signed in on the other', async () => {
      await succeeds(204, () => phone.post('/api/auth/logout'));
      await succeeds(401, () => phone.get('/api/users/me'));
      await succeeds(200, () => trader.get('/api/users/me'));
    });

    it('signs in again', async () => {
      signedInMeanwhile = await promptly(() => bourse.client().login(account));
      await succeeds(200, () => signedInMeanwhile.get('/api/users/me'));
    });
  });

  it('fills orders: the first once the queue is known to be away, the next ones with the next tick', async () => {
    const filled = (id: string, timeoutMs: number) =>
      eventually(
        async () => {
          const { body } = await trader.get<Order>(`/api/orders/${id}`);
          expect(body.status).toBe('filled');
        },
        { timeoutMs, intervalMs: 100 },
      );
    await filled(accepted.id, 30_000);
    const next = await succeeds(201, () => trader.post<Order>('/api/orders', market));
    await filled(next.id, 15_000);
  });

  describe('somebody else', () => {
    it('opens an account and trades', async () => {
      const newcomer = await promptly(() => bourse.trader());
      await succeeds(201, () => newcomer.post('/api/orders', patient));
    });

    it('does not get in with a made-up token', async () => {
      const stranger = bourse.client();
      stranger.token = 'A'.repeat(46);
      await succeeds(401, () => stranger.get('/api/users/me'));
    });

    it('does not get to guess passwords without end', async () => {
      const guess = () =>
        postFrom<Problem>('127.0.6.1', `${bourse.url}/api/auth/login`, {
          email: account.email,
          password: 'a guess, one of many',
        });
      const statuses = [];
      for (let i = 0; i < 6; i += 1) statuses.push((await promptly(guess)).status);
      expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
    });
  });

  it('says that it is degraded, and ready', async () => {
    const ready = await succeeds(200, () => bourse.client().get('/health/ready'));
    expect(JSON.stringify(ready)).toContain('"degraded":true');
  });

  describe('and Redis back, with what it had on disk', () => {
    beforeAll(() => redis.up());

    it('fills the order that was accepted meanwhile', async () => {
      await eventually(
        async () => {
          const { body } = await trader.get<Order>(`/api/orders/${accepted.id}`);
          expect(body.status).toBe('filled');
        },
        { timeoutMs: 30_000, intervalMs: 200 },
      );
    });

    it('never shows what was cached before the changes of that time', async () => {
      const current = async () => ({
        profile: (await trader.get('/api/users/me')).body,
        settings: (await trader.get('/api/users/me/settings')).body,
        signals: (await trader.get('/api/signals')).body,
      });
      // Until all instances believe Redis again, and well past the 5 s of their own tiers.
      const untilMs = performance.now() + 7_000;
      while (performance.now() < untilMs) {
        expect(await current()).toMatchObject({
          profile: { displayName: 'Patient' },
          settings: { theme: 'dark' },
          signals: { items: [{ strategy: 'Made meanwhile' }] },
        });
        await new Promise((done) => setTimeout(done, 250));
      }
    });

    it('knows who signed in meanwhile, and who was signed in before', async () => {
      await succeeds(200, () => signedInMeanwhile.get('/api/users/me'));
      await succeeds(200, () => trader.get('/api/users/me'));
    });

    it('lets nobody in who signed out meanwhile', async () => {
      await succeeds(401, () => phone.get('/api/users/me'));
    });
  });
});
