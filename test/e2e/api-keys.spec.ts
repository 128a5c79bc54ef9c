import { ApiKeysService } from '../../src/modules/auth/api-keys/api-keys.service.js';
import { newTrader, type ApiClient, type Problem } from './support/api-client.js';
import { SERVERS } from './support/backends.js';
import { startBourse, type Bourse } from './support/bourse.js';
import { LiveClient } from './support/live-client.js';
import { eventually } from '../support/eventually.js';

const PATH = '/api/auth/api-keys';
const TOO_EARLY = 'auth.api_key_ends_too_early';
const ORDER = { symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '1', limitPrice: '0.01' };

interface CreatedKey {
  readonly id: string;
  readonly key: string;
}

describe.each(SERVERS)('API keys on $name', (backend) => {
  let bourse: Bourse;
  beforeAll(async () => {
    bourse = await startBourse(backend, {
      RATE_LIMITS: 'auth.login=1000/1m,auth.password=1000/1m,auth.register=1000/1m,api.key=30/1m',
    });
  });
  afterAll(() => bourse.close());

  async function owner(): Promise<{ client: ApiClient; password: string }> {
    const input = newTrader();
    await bourse.client().post('/api/auth/register', input);
    return { client: await bourse.client().login(input), password: input.password };
  }

  async function keyOf(
    { client, password }: Awaited<ReturnType<typeof owner>>,
    scopes: readonly string[],
    expiresAt?: string,
  ): Promise<CreatedKey & { program: ApiClient }> {
    const created = await client.post<CreatedKey>(PATH, {
      name: 'bot',
      scopes,
      currentPassword: password,
      ...(expiresAt !== undefined && { expiresAt }),
    });
    expect(created.status).toBe(201);
    const program = bourse.client();
    program.token = created.body.key;
    return { ...created.body, program };
  }

  it('are shown once, and listed without what opens anything', async () => {
    const trader = await owner();
    const { id, key } = await keyOf(trader, ['read', 'trade', 'read']);
    const listed = await trader.client.get<{ items: object[] }>(PATH);
    expect(listed.body.items).toMatchObject([
      { id, name: 'bot', scopes: ['read', 'trade'], expiresAt: null },
    ]);
    expect(JSON.stringify(listed.body)).not.toContain(key);
  });

  it.each([
    ['a name with NUL', { name: 'bot\u0000' }, 400, 'request.invalid'],
    ['a name with half a character', { name: '\ud800' }, 400, 'request.invalid'],
    ['a scope that there is not', { scopes: ['read', 'admin'] }, 400, 'request.invalid'],
    ['another owner', { userId: '00000000-0000-7000-8000-000000000000' }, 400, 'request.invalid'],
    ['an end that has passed', { expiresAt: '2000-01-01T00:00:00Z' }, 422, TOO_EARLY],
    ['an end before all calendars', { expiresAt: '0000-01-01T00:00:00Z' }, 422, TOO_EARLY],
    ['an end on no day', { expiresAt: '2030-02-30T00:00:00Z' }, 400, 'request.invalid'],
  ])('are not made with %s', async (_, wanted, status, code) => {
    const { client, password } = await owner();
    const asked = { name: 'bot', scopes: ['read'], currentPassword: password, ...wanted };
    expect(await client.post(PATH, asked)).toMatchObject({ status, body: { code } });
    expect(await client.get(PATH)).toMatchObject({ body: { items: [] } });
  });

  it('that may trade follow nothing by a socket, and those that may read do', async () => {
    const trader = await owner();
    for (const [scope, ok] of [
      ['trade', false],
      ['read', true],
    ] as const) {
      const { key } = await keyOf(trader, [scope]);
      const live = await LiveClient.connect(bourse.url, { token: key });
      expect(await live.subscribe('trading.orders')).toMatchObject({ ok });
      live.close();
    }
  });

  it('open nothing while their owner is disabled, and close no later than his sessions', async () => {
    const trader = await owner();
    const { key, program } = await keyOf(trader, ['read']);
    const live = await LiveClient.connect(bourse.url, { token: key });
    const admin = await bourse.admin();
    const user = `/api/admin/users/${trader.client.user.id}`;
    expect((await admin.patch(user, { disabled: true })).status).toBe(200);
    expect((await program.get('/api/orders')).status).toBe(401);
    await eventually(() => expect(live.connected).toBe(false));
    live.close();
    await expect(LiveClient.connect(bourse.url, { token: key })).rejects.toThrow();
  });

  it('are made only by who knows the password, and never by a key', async () => {
    const trader = await owner();
    const wanted = { name: 'bot', scopes: ['read'], currentPassword: 'not it, not it' };
    expect(await trader.client.post(PATH, wanted)).toMatchObject({
      status: 403,
      body: { code: 'auth.wrong_password' },
    });
    const { program } = await keyOf(trader, ['read', 'trade']);
    expect(await program.post(PATH, { ...wanted, currentPassword: trader.password })).toMatchObject(
      {
        status: 403,
        body: { code: 'auth.sign_in_needed' },
      },
    );
  });

  it('that may read do not trade, and those that may trade do', async () => {
    const trader = await owner();
    const reader = await keyOf(trader, ['read']);
    expect((await reader.program.get('/api/orders')).status).toBe(200);
    expect(await reader.program.post('/api/orders', ORDER)).toMatchObject({
      status: 403,
      body: { code: 'auth.out_of_scope' },
    });
    const bot = await keyOf(trader, ['trade']);
    expect((await bot.program.post('/api/orders', ORDER)).status).toBe(201);
    expect(await bot.program.get('/api/orders')).toMatchObject({
      status: 403,
      body: { code: 'auth.out_of_scope' },
    });
  });

  it.each([
    ['GET', '/api/auth/sessions'],
    ['POST', '/api/auth/logout'],
    ['POST', '/api/auth/second-factor'],
    ['PATCH', '/api/users/me'],
    ['GET', '/api/admin/caches'],
  ] as const)('do not open what is for people: %s %s', async (method, path) => {
    const { program } = await keyOf(await owner(), ['read', 'trade']);
    expect(await program.send(method, path, method === 'GET' ? undefined : {})).toMatchObject({
      status: 403,
      body: { code: 'auth.sign_in_needed' },
    });
  });

  it('of an admin open nothing of an admin', async () => {
    const admin = await bourse.admin();
    const { ADMIN } = await import('./support/backends.js');
    const { program } = await keyOf({ client: admin, password: ADMIN.password }, ['read', 'trade']);
    expect((await program.get('/api/orders')).status).toBe(200);
    expect((await program.get('/api/admin/users')).status).toBe(403);
    expect((await program.get('/admin/queues')).status).toBe(403);
  });

  it('open nothing from the moment they are revoked, and their sockets close', async () => {
    const trader = await owner();
    const { id, key, program } = await keyOf(trader, ['read']);
    expect((await program.get('/api/orders')).status).toBe(200);
    const live = await LiveClient.connect(bourse.url, { token: key });
    expect((await trader.client.send('DELETE', `${PATH}/${id}`)).status).toBe(204);
    expect(await program.get('/api/orders')).toMatchObject({
      status: 401,
      body: { code: 'auth.unauthenticated' },
    });
    await eventually(() => expect(live.connected).toBe(false));
    live.close();
    expect(await trader.client.send('DELETE', `${PATH}/${id}`)).toMatchObject({
      status: 404,
      body: { code: 'auth.api_key_not_found' },
    });
  });

  it('are revoked by their owner alone', async () => {
    const { id, program } = await keyOf(await owner(), ['read']);
    const stranger = await owner();
    for (const other of [id, 'no-id', '00000000-0000-7000-8000-000000000000']) {
      expect((await stranger.client.send('DELETE', `${PATH}/${other}`)).status).toBe(404);
    }
    expect((await program.get('/api/orders')).status).toBe(200);
  });

  it('end when they were to end', async () => {
    const endsAt = new Date(bourse.clock.nowMs() + 5_000).toISOString();
    const { program } = await keyOf(await owner(), ['read'], endsAt);
    expect((await program.get('/api/orders')).status).toBe(200);
    bourse.clock.advance(5_001);
    expect((await program.get('/api/orders')).status).toBe(401);
  });

  it('have a limit of their own, on every route', async () => {
    const trader = await owner();
    const { program } = await keyOf(trader, ['read']);
    const statuses = [];
    for (let i = 0; i < 31; i += 1) statuses.push((await program.get('/api/orders')).status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(30);
    expect(await program.get<Problem>('/api/orders')).toMatchObject({
      status: 429,
      body: { code: 'rate_limit.exceeded' },
    });
    expect((await trader.client.get('/api/orders')).status).toBe(200);
    const other = await keyOf(trader, ['read']);
    expect((await other.program.get('/api/orders')).status).toBe(200);
  });

  it('are twenty of a user at most, however many are asked for at once', async () => {
    const { client, password } = await owner();
    const keys = bourse.app.get(ApiKeysService, { strict: false });
    // Past the route, which asks for the password, and that cannot be shown so often.
    const outcomes = await Promise.allSettled(
      Array.from({ length: 24 }, () =>
        keys.create(client.user.id, { name: 'bot', scopes: ['read'] }),
      ),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(20);
    const one = { name: 'bot', scopes: ['read'], currentPassword: password };
    expect((await client.post<Problem>(PATH, one)).body.code).toBe('auth.too_many_api_keys');
  });

  it.each([
    ['made up', 'bourse_Zm9yZ2VkLWtleS10aGF0LW5vYm9keS1nYXZlLW91dC1ldmVy'],
    ['nothing but the prefix', 'bourse_________________'],
  ])('that are %s open nothing', async (_, token) => {
    const program = bourse.client();
    program.token = token;
    expect((await program.get('/api/orders')).status).toBe(401);
  });
});
