import type {
  RateLimitFigure,
  RateLimitList,
} from '../../src/modules/limits/rates/rate-limits.dto.js';
import type { ConfigChange } from '../../src/modules/system-config/system-config.dto.js';
import { eventually } from '../support/eventually.js';
import type { ApiClient, Problem } from './support/api-client.js';
import { BACKENDS } from './support/backends.js';
import { startBourse, startOn, type Bourse } from './support/bourse.js';
import { postFrom } from './support/from-address.js';

jest.setTimeout(60_000);

const PATH = '/api/admin/rate-limits';
const GUESS = { email: 'nobody@example.com', password: 'a guess, one of many' };
const SHIPPED = { RATE_LIMITS: '' };

const guessFrom = async (bourse: Bourse, address: string, times: number): Promise<number[]> => {
  const statuses = [];
  for (let i = 0; i < times; i += 1) {
    statuses.push((await postFrom(address, `${bourse.url}/api/auth/login`, GUESS)).status);
  }
  return statuses;
};

describe.each(BACKENDS)('limits in the hands of operators on $name', (backend) => {
  let bourse: Bourse;
  let admin: ApiClient;
  beforeAll(async () => {
    bourse = await startBourse(backend, SHIPPED);
    admin = await bourse.admin();
  });
  afterAll(() => bourse.close());

  const figure = async (name: string): Promise<RateLimitFigure | undefined> =>
    (await admin.get<RateLimitList>(PATH)).body.items.find((item) => item.name === name);
  const change = (name: string, figures: unknown) =>
    admin.patch<RateLimitFigure & Problem>(`${PATH}/${name}`, figures);

  it('are for admins alone', async () => {
    const trader = await bourse.trader();
    for (const [method, path, body] of [
      ['GET', PATH],
      ['PATCH', `${PATH}/auth.login`, { limit: 1_000 }],
    ] as const) {
      expect((await trader.send(method, path, body)).status).toBe(403);
      expect((await bourse.client().send(method, path, body)).status).toBe(401);
    }
    expect(await figure('auth.login')).toMatchObject({ limit: 5, overridden: false });
  });

  it('are listed with how they are counted', async () => {
    const { status, body } = await admin.get<RateLimitList>(PATH);
    expect(status).toBe(200);
    expect(body.counting).toEqual({
      mode: backend.name === 'embedded' ? 'alone' : 'shared',
      instances: 1,
      owedSubjects: 0,
      errors: expect.any(Number),
      losses: 0,
    });
    expect(body.items.find(({ name }) => name === 'orders.place')).toEqual({
      name: 'orders.place',
      per: 'user',
      algorithm: 'sliding-window',
      whenAway: 'share',
      limit: 100,
      windowMs: 60_000,
      shadow: false,
      declared: { limit: 100, windowMs: 60_000, shadow: false },
      overridden: false,
    });
  });

  it('hold to other figures at once, with what was counted, and to the declared ones again', async () => {
    expect(await guessFrom(bourse, '127.0.6.1', 3)).toEqual([401, 401, 401]);
    const { status, body } = await change('auth.login', { limit: 4 });
    expect(status).toBe(200);
    expect(body).toMatchObject({ limit: 4, declared: { limit: 5 }, overridden: true });
    expect(await guessFrom(bourse, '127.0.6.1', 2)).toEqual([401, 429]);
    expect((await change('auth.login', { limit: null })).body).toMatchObject({
      limit: 5,
      overridden: false,
    });
    expect(await guessFrom(bourse, '127.0.6.1', 2)).toEqual([401, 429]);
  });

  it('are not set to what cannot be counted exactly, and no route fails for it', async () => {
    const impossible = { limit: 1_000_000, windowMs: 86_400_000 };
    expect(await change('api.signed-in', impossible)).toMatchObject({
      status: 422,
      body: { code: 'rate_limit.impossible', details: { name: 'api.signed-in' } },
    });
    expect((await change('api.signed-in', { limit: 1_000_000 })).status).toBe(200);
    expect((await change('api.signed-in', { windowMs: 86_400_000 })).status).toBe(422);
    const trader = await bourse.trader();
    expect((await trader.get('/api/orders')).status).toBe(200);
    expect((await change('api.signed-in', { limit: null })).status).toBe(200);
    // A sliding window counts moments, of which there may be as many.
    expect((await change('orders.place', impossible)).status).toBe(200);
    expect((await change('orders.place', { limit: null, windowMs: null })).status).toBe(200);
  });

  it('refuse nothing in shadow, and count what they would have refused', async () => {
    const refusals = async () => {
      const { body } = await admin.get<string>('/metrics');
      const [, count = '0'] =
        /rate_limit_checks_total\{policy="auth.login",outcome="shadow-refused"\} (\d+)/.exec(
          body,
        ) ?? [];
      return Number(count);
    };
    await change('auth.login', { shadow: true });
    const before = await refusals();
    expect(await guessFrom(bourse, '127.0.6.2', 8)).toEqual(Array(8).fill(401));
    expect((await refusals()) - before).toBe(3);
    // Whoever reads them is told what would be, and not to wait.
    const { status, headers } = await postFrom('127.0.6.2', `${bourse.url}/api/auth/login`, GUESS);
    expect(status).toBe(401);
    expect(headers['retry-after']).toBeUndefined();
    expect(headers['ratelimit']).toMatch(/^"auth.login";r=0;t=\d+,/);
    expect(headers['ratelimit-policy']).toMatch(/^"auth.login";q=5;w=300,/);
    await change('auth.login', { shadow: null });
    expect(await guessFrom(bourse, '127.0.6.2', 1)).toEqual([429]);
  });

  it('are changed with a record of who did', async () => {
    await change('ml.train', { limit: 9, windowMs: 60_000 });
    await change('ml.train', { limit: null, windowMs: null });
    const { body } = await admin.get<{ items: ConfigChange[] }>(
      '/api/admin/config/changes?key=rate-limits',
    );
    expect(body.items[1]).toMatchObject({ key: 'rate-limits', changedBy: admin.user.id });
    expect(body.items[1]?.changed.every((name) => name.startsWith('figures.ml'))).toBe(true);
  });

  it.each([
    ['no change', 'auth.login', {}, 400],
    ['a limit of none', 'auth.login', { limit: 0 }, 400],
    ['a limit that is no number', 'auth.login', { limit: '5' }, 400],
    ['half a window', 'auth.login', { windowMs: 1.5 }, 400],
    ['a window of years', 'auth.login', { windowMs: 1e12 }, 400],
    ['what nobody knows', 'auth.login', { algorithm: 'leaky' }, 400],
    ['a limit that there is not', 'auth.logn', { limit: 1 }, 404],
    ['a name of objects', 'constructor', { limit: 1 }, 404],
    ['no name', '%00', { limit: 1 }, 400],
  ])('are not given %s', async (_, name, figures, expected) => {
    const { status, body } = await change(name, figures);
    expect(status).toBe(expected);
    expect(body.code).toBe(expected === 404 ? 'rate_limit.unknown' : 'request.invalid');
  });
});

describe('limits of several processes', () => {
  const [, shared] = BACKENDS;

  it('hold to other figures everywhere at once, and after a restart', async () => {
    if (!shared) throw new Error('no backend');
    const backend = await shared.create();
    const [here, there] = await Promise.all([startOn(backend, SHIPPED), startOn(backend, SHIPPED)]);
    const [admin, other] = await Promise.all([here.admin(), there.admin()]);
    await admin.patch(`${PATH}/auth.login`, { limit: 2 });
    // Told by a message, or else seen within 5 s.
    await eventually(
      async () => {
        const { body } = await other.get<RateLimitList>(PATH);
        expect(body.items.find(({ name }) => name === 'auth.login')).toMatchObject({ limit: 2 });
        expect(body.counting.instances).toBe(2);
      },
      { timeoutMs: 15_000 },
    );
    const answers = [];
    for (const bourse of [here, there, here, there]) {
      answers.push(...(await guessFrom(bourse, '127.0.6.9', 1)));
    }
    expect(answers).toEqual([401, 401, 429, 429]);
    await Promise.all([here.close(), there.close()]);

    const again = await startOn(backend, SHIPPED);
    expect(await guessFrom(again, '127.0.6.10', 3)).toEqual([401, 401, 429]);
    await again.close();
    await backend.remove();
  });
});
