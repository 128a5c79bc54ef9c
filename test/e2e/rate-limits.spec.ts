import { newTrader, type Problem, type User } from './support/api-client.js';
import { BACKENDS } from './support/backends.js';
import { startBourse, type Bourse } from './support/bourse.js';
import { postFrom } from './support/from-address.js';
import { eventually } from '../support/eventually.js';
import { BourseProcess } from '../support/processes.js';

interface SignedIn {
  readonly user: User;
  readonly token: string;
}

const STRANGER = { email: 'nobody@example.com', password: 'a guess, one of many' };
const ORDER = { symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '1', limitPrice: '0.01' };

describe('the address that is counted', () => {
  const guess = (bourse: Bourse, client: string) =>
    bourse.client().post('/api/auth/login', STRANGER, { 'x-forwarded-for': client });
  const statusesOfSix = async (bourse: Bourse): Promise<number[]> => {
    const statuses = [];
    for (let i = 0; i < 6; i += 1) statuses.push((await guess(bourse, `203.0.113.${i}`)).status);
    return statuses;
  };
  const [embedded] = BACKENDS;
  const start = (env: Record<string, string>): Promise<Bourse> => {
    if (!embedded) throw new Error('no backend');
    return startBourse(embedded, { RATE_LIMITS: 'auth.register=3/2s', ...env });
  };

  it('is not what a client says of itself', async () => {
    const bourse = await start({});
    expect(await statusesOfSix(bourse)).toEqual([401, 401, 401, 401, 401, 429]);
    await bourse.close();
  });

  it('is what a proxy says that was named', async () => {
    const bourse = await start({ TRUSTED_PROXIES: '127.0.0.0/8' });
    expect(await statusesOfSix(bourse)).toEqual(Array(6).fill(401));
    await bourse.close();
  });
});

describe.each(BACKENDS)('limits on $name', (backend) => {
  let bourse: Bourse;

  beforeAll(async () => {
    // As they are shipped, but for one.
    bourse = await startBourse(backend, { RATE_LIMITS: 'auth.register=3/2s' });
  });
  afterAll(() => bourse.close());

  const login = (address: string, body: unknown = STRANGER) =>
    postFrom<Problem>(address, `${bourse.url}/api/auth/login`, body);
  const register = (address: string) =>
    postFrom<SignedIn & Problem>(address, `${bourse.url}/api/auth/register`, newTrader());
  const place = (token: string, address = '127.0.0.1', order: object = ORDER) =>
    postFrom<Problem>(address, `${bourse.url}/api/orders`, order, token);

  describe('let nobody sign in', () => {
    it('for the sixth time in five minutes, whatever came of the first five', async () => {
      const known = newTrader();
      await postFrom('127.0.1.1', `${bourse.url}/api/auth/register`, known);
      const good = { email: known.email, password: known.password };

      const statuses = [];
      for (const body of [STRANGER, good, STRANGER, { email: 'no address' }, {}]) {
        statuses.push((await login('127.0.1.1', body)).status);
      }
      expect(statuses).toEqual([401, 200, 401, 400, 400]);

      const refused = await login('127.0.1.1', good);
      expect(refused).toMatchObject({
        status: 429,
        body: {
          code: 'rate_limit.exceeded',
          details: { policy: 'auth.login', limit: 5, windowMs: 300_000 },
        },
      });
      expect(refused.headers['content-type']).toContain('application/problem+json');
      // Another address is not concerned.
      expect((await login('127.0.1.2', good)).status).toBe(200);
    });

    it('without telling when to come again', async () => {
      for (let i = 0; i < 5; i += 1) await login('127.0.1.3', '{}');
      const { headers, body } = await login('127.0.1.3');
      const { retryAfterMs, resetAt } = body.details as { retryAfterMs: number; resetAt: string };
      expect(retryAfterMs).toBeGreaterThan(290_000);
      // And what is left of a step, 1/32,000 of the window.
      expect(retryAfterMs).toBeLessThanOrEqual(300_010);
      const resetInMs = Date.parse(resetAt) - bourse.clock.nowMs();
      expect(resetInMs).toBeGreaterThan(290_000);
      expect(resetInMs).toBeLessThanOrEqual(300_010);
      const seconds = Math.ceil(retryAfterMs / 1_000);
      expect(headers).toMatchObject({
        'retry-after': String(seconds),
        'ratelimit-policy': expect.stringMatching(/^"auth.login";q=5;w=300, "api.anonymous";/),
        ratelimit: expect.stringContaining(`"auth.login";r=0;t=${seconds},`),
      });
    });

    it('later because of what was refused meanwhile', async () => {
      for (let i = 0; i < 5; i += 1) await login('127.0.1.4', '{}');
      const first = await login('127.0.1.4');
      const second = await login('127.0.1.4');
      expect([first.status, second.status]).toEqual([429, 429]);
      const waitOf = ({ body }: typeof first) => Number(body.details?.['retryAfterMs']);
      expect(waitOf(second)).toBeLessThanOrEqual(waitOf(first));
    });
  });

  it('let an address open as many accounts as is set, and again when the window is over', async () => {
    const startedAtMs = performance.now();
    const answers = [];
    for (let i = 0; i < 4; i += 1) answers.push(await register('127.0.2.1'));
    // On a slow machine the window may be over by then.
    if (performance.now() - startedAtMs < 2_000) {
      expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 429]);
      expect(answers[3]).toMatchObject({
        headers: { 'ratelimit-policy': expect.stringMatching(/^"auth.register";q=3;w=2,/) },
        body: { details: { policy: 'auth.register', limit: 3, windowMs: 2_000 } },
      });
      expect((await register('127.0.2.2')).status).toBe(201);
    }
    await eventually(async () => expect((await register('127.0.2.1')).status).toBe(201), {
      intervalMs: 200,
    });
    expect(performance.now() - startedAtMs).toBeGreaterThan(2_000);
  });

  describe('let a user', () => {
    it('place 100 orders a minute, and not one more of 120 at once', async () => {
      const { token } = (await register('127.0.3.1')).body;
      // Most of them are no orders at all: they count all the same, and the machine has less to do.
      const answers = await Promise.all(
        Array.from({ length: 120 }, (_, i) => place(token, '127.0.0.1', i % 10 === 0 ? ORDER : {})),
      );
      const passed = answers.filter(({ status }) => status !== 429);
      expect(passed).toHaveLength(100);
      expect(new Set(passed.map(({ status }) => status))).toEqual(new Set([201, 400]));
      // What is left was counted down one by one, whoever came first.
      const left = passed
        .map(({ headers }) =>
          Number(/^"orders.place";r=(\d+);t=60,/.exec(String(headers['ratelimit']))?.[1]),
        )
        .sort((a, b) => a - b);
      expect(left).toEqual(Array.from({ length: 100 }, (_, i) => i));

      // The user is counted, and not the address.
      expect((await place(token, '127.0.3.2')).status).toBe(429);
      const other = (await register('127.0.3.2')).body;
      const fresh = await place(other.token);
      expect(fresh.status).toBe(201);
      expect(fresh.headers).toMatchObject({
        // And the address, from which others have placed orders.
        'ratelimit-policy':
          '"orders.place";q=100;w=60, "orders.place-ip";q=1000;w=60, "api.signed-in";q=600;w=60',
        ratelimit: expect.stringMatching(
          /^"orders.place";r=99;t=60, "orders.place-ip";r=\d+;t=60, "api.signed-in";r=\d+;t=\d+$/,
        ),
      });
    });

    it('place no more orders from one address than it may, whoever places them', async () => {
      const traders = [];
      for (let i = 0; i < 3; i += 1) traders.push((await register('127.0.3.5')).body.token);
      const left = async (token: string) => {
        const { headers } = await place(token, '127.0.3.5', {});
        const [, user, ip] =
          /^"orders.place";r=(\d+);.*"orders.place-ip";r=(\d+);/.exec(
            String(headers['ratelimit']),
          ) ?? [];
        return [Number(user), Number(ip)];
      };
      const seen = [];
      for (const token of traders) seen.push(await left(token));
      expect(seen).toEqual([
        [99, 999],
        [99, 998],
        [99, 997],
      ]);
    });

    it('look at orders as at all else that has no limit of its own: by the one of every route', async () => {
      const trader = bourse.client();
      trader.token = (await register('127.0.3.3')).body.token;
      const left = async (path: string) => {
        const { status, headers } = await trader.get(path);
        expect(status).toBe(200);
        expect(headers.get('ratelimit-policy')).toBe('"api.signed-in";q=600;w=60');
        return Number(/^"api.signed-in";r=(\d+);/.exec(headers.get('ratelimit') ?? '')?.[1]);
      };
      const seen = [];
      for (const path of ['/api/orders', '/api/market/quotes/AAPL', '/api/market/search?q=apple']) {
        seen.push(await left(path));
      }
      // Ten a second come back: what is counted is that nobody takes two.
      expect(Math.max(...seen)).toBeLessThanOrEqual(599);
      expect(Math.min(...seen)).toBeGreaterThanOrEqual(597);
    });
  });

  it('count nobody who is not let in', async () => {
    const refused = await bourse.client().post('/api/orders', ORDER);
    expect(refused.status).toBe(401);
    expect(refused.headers.get('ratelimit')).toBeNull();
    const forged = await bourse
      .client()
      .post('/api/auth/login', STRANGER, { 'sec-fetch-site': 'cross-site' });
    expect(forged.status).toBe(403);
    expect(forged.headers.get('ratelimit')).toBeNull();
  });

  it('are part of the API’s description', async () => {
    const { body } = await bourse.client().get<{
      paths: Record<string, { post?: { responses: Record<string, { headers?: object }> } }>;
    }>('/docs-json');
    for (const path of ['/api/auth/login', '/api/auth/register', '/api/orders']) {
      const refusal = body.paths[path]?.post?.responses['429'];
      expect(Object.keys(refusal?.headers ?? {})).toEqual([
        'Retry-After',
        'RateLimit',
        'RateLimit-Policy',
      ]);
    }
  });

  if (backend.name === 'embedded') {
    it('free themselves one by one as time passes', async () => {
      const asks = async (times: number) => {
        const statuses = [];
        for (let i = 0; i < times; i += 1) statuses.push((await login('127.0.5.1')).status);
        return statuses;
      };
      expect(await asks(3)).toEqual([401, 401, 401]);
      bourse.clock.advance(240_000);
      expect(await asks(3)).toEqual([401, 401, 429]);
      // The first three are five minutes old, the other two are not.
      bourse.clock.advance(60_000);
      expect(await asks(4)).toEqual([401, 401, 401, 429]);
    });
  }
});

describe.each(BACKENDS)('the limits of every route on $name', (backend) => {
  let bourse: Bourse;
  const FIGURES = 'api.signed-in=4/1h,api.anonymous=3/1h,auth.register=1000/1h';

  beforeAll(async () => {
    bourse = await startBourse(backend, { RATE_LIMITS: FIGURES });
  });
  afterAll(() => bourse.close());

  const statusesOf = async (ask: () => Promise<{ readonly status: number }>, times: number) => {
    const statuses = [];
    for (let i = 0; i < times; i += 1) statuses.push((await ask()).status);
    return statuses;
  };

  it('count a user on all routes together, wherever he calls from, and nobody else', async () => {
    const [ada, bob] = [bourse.client(), bourse.client()];
    for (const [i, trader] of [ada, bob].entries()) {
      const url = `${bourse.url}/api/auth/register`;
      const { body } = await postFrom<SignedIn>(`127.0.6.${i + 1}`, url, newTrader());
      trader.token = body.token;
    }
    const paths = ['/api/orders', '/api/market/status', '/api/users/me', '/api/portfolio/summary'];
    for (const path of paths) expect((await ada.get(path)).status).toBe(200);
    const refused = await ada.get<Problem>('/api/market/quotes/AAPL');
    expect(refused).toMatchObject({
      status: 429,
      body: { code: 'rate_limit.exceeded', details: { policy: 'api.signed-in', limit: 4 } },
    });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await bob.get('/api/orders')).status).toBe(200);
  });

  it('count who is not signed in by his address, and leave probes and scrapes alone', async () => {
    const detailed = () => bourse.client().get('/health/detailed');
    expect(await statusesOf(detailed, 4)).toEqual([200, 200, 200, 429]);
    for (const path of ['/health/live', '/health/ready', '/metrics']) {
      const { status, headers } = await bourse.client().get(path);
      expect([path, status, headers.get('ratelimit')]).toEqual([path, 200, null]);
    }
  });
});

describe('a limit that there is not', () => {
  it('stops the start with one line that names the variable', async () => {
    const bourse = await BourseProcess.runToExit({
      env: { DATA_DIR: 'memory://', PORT: '0', RATE_LIMITS: 'auth.logn=10/5m' },
    });
    expect((await bourse.exited).code).toBe(1);
    expect(bourse.stderr.trim().split('\n')).toEqual([
      expect.stringMatching(/^bourse: .*RATE_LIMITS: no limit is called auth\.logn.*auth\.login/),
    ]);
    expect(bourse.stdout).not.toMatch(/"level":"(error|fatal)"/);
  }, 60_000);
});
