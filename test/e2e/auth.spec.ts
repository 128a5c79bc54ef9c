import type { Problem, User } from './support/api-client.js';
import { newTrader } from './support/api-client.js';
import { BACKENDS } from './support/backends.js';
import { startBourse, type Bourse } from './support/bourse.js';
import { LiveClient } from './support/live-client.js';
import { eventually } from '../support/eventually.js';

describe.each(BACKENDS)('accounts and sessions on $name', (backend) => {
  let bourse: Bourse;

  beforeAll(async () => {
    bourse = await startBourse(backend);
  });
  afterAll(() => bourse.close());

  it('opens an account as a trader, and shows the profile', async () => {
    const input = newTrader();
    const answer = await bourse
      .client()
      .post<{ user: User; token: string }>('/api/auth/register', input);
    expect(answer).toMatchObject({
      status: 201,
      body: { user: { email: input.email, roles: ['trader'] } },
    });
    const client = bourse.client();
    client.token = answer.body.token;
    expect(await client.get('/api/users/me')).toMatchObject({
      status: 200,
      body: answer.body.user,
    });
  });

  it('changes the profile, and shows the change at once', async () => {
    const trader = await bourse.trader();
    await trader.get('/api/users/me');
    const changed = await trader.patch('/api/users/me', { displayName: 'Renamed' });
    expect(changed).toMatchObject({ status: 200, body: { displayName: 'Renamed' } });
    expect(await trader.get('/api/users/me')).toMatchObject({ body: { displayName: 'Renamed' } });
  });

  it('knows an address however it is typed', async () => {
    const input = newTrader();
    await bourse.client().post('/api/auth/register', input);
    const again = await bourse
      .client()
      .post<Problem>('/api/auth/register', { ...input, email: input.email.toUpperCase() });
    expect(again).toMatchObject({ status: 409, body: { code: 'users.email_taken' } });
    const signedIn = await bourse.client().login({ ...input, email: input.email.toUpperCase() });
    expect(signedIn.user.email).toBe(input.email);
  });

  it('takes no password with half a character in it: all halves are hashed as the same', async () => {
    const input = newTrader();
    const halves = { ...input, password: `${input.password}\ud800` };
    const refused = { status: 400, body: { code: 'request.invalid' } };
    expect(await bourse.client().post('/api/auth/register', halves)).toMatchObject(refused);
    const whole = { ...input, password: `${input.password}\ufffd` };
    expect((await bourse.client().post('/api/auth/register', whole)).status).toBe(201);
    const { email } = input;
    for (const half of ['\ud800', '\udfff']) {
      const guess = { email, password: input.password + half };
      expect(await bourse.client().post('/api/auth/login', guess)).toMatchObject(refused);
    }
    expect((await bourse.client().login(whole)).user.email).toBe(email);
  });

  it.each([
    ['an address that is a list', { email: ['a@example.com'] }, 400],
    ['an address that is a query', { email: { $ne: '' } }, 400],
    ['an address with NUL', { email: 'a\u0000@example.com' }, 400],
    ['a password that is a query', { password: { $gt: '' } }, 400],
    ['a password that is a number', { password: 123456789012 }, 400],
    ['a password of a megabyte', { password: 'a'.repeat(1_000_000) }, 413],
    ['a password with NUL', { password: 'not it\u0000, not it' }, 401],
    ['a code that is a number', { code: 123456 }, 400],
    ['a code that is a list', { code: ['123456'] }, 400],
    ['a field too many', { roles: ['admin'] }, 400],
  ])('lets nobody in by %s, and does not fail for it', async (_, changed, status) => {
    const input = newTrader();
    await bourse.client().post('/api/auth/register', input);
    const { email, password } = input;
    const answer = await bourse
      .client()
      .post<Problem>('/api/auth/login', { email, password, ...changed });
    expect(answer).toMatchObject({ status, body: { code: expect.any(String) } });
  });

  it.each([
    ['of another name', (token: string) => `__Host-session=${token}`],
    ['in quotes', (token: string) => `session="${token}"`],
    ['after another one', (token: string) => `session=${'a'.repeat(64)}; session=${token}`],
    ['with NUL before it', (token: string) => `session=%00${token}`],
    ['with a broken escape', (token: string) => `session=%E0%A4%A${token}`],
    ['among a thousand', (token: string) => `${'a=1; '.repeat(1_000)}session=x${token}`],
  ])('knows nobody by a cookie %s', async (_, cookieOf) => {
    const { token = '' } = await bourse.trader();
    const me = (cookie: string) => bourse.client().get('/api/users/me', { cookie });
    expect((await me(`session=${token}`)).status).toBe(200);
    expect((await me(cookieOf(token))).status).toBe(401);
  });

  it('says the same to an unknown address as to a wrong password', async () => {
    const input = newTrader();
    await bourse.client().post('/api/auth/register', input);
    const wrong = await bourse
      .client()
      .post<Problem>('/api/auth/login', { email: input.email, password: 'not it, not it' });
    const unknown = await bourse.client().post<Problem>('/api/auth/login', {
      email: 'nobody@example.com',
      password: 'not it, not it',
    });
    expect(wrong).toMatchObject({ status: 401, body: { code: 'auth.bad_credentials' } });
    expect({ ...unknown.body, correlationId: '' }).toEqual({ ...wrong.body, correlationId: '' });
  });

  it('ends a session at logout: the token opens nothing any more, and its socket is closed', async () => {
    const trader = await bourse.trader();
    const live = await LiveClient.connect(bourse.url, { token: trader.token });
    expect((await trader.post('/api/auth/logout')).status).toBe(204);
    expect(await trader.get('/api/users/me')).toMatchObject({
      status: 401,
      body: { code: 'auth.unauthenticated' },
    });
    await eventually(() => expect(live.connected).toBe(false));
    live.close();
  });

  it('keeps the other sessions of a user when one ends', async () => {
    const input = newTrader();
    await bourse.client().post('/api/auth/register', input);
    const phone = await bourse.client().login(input);
    const laptop = await bourse.client().login(input);
    await phone.post('/api/auth/logout');
    expect((await laptop.get('/api/users/me')).status).toBe(200);
  });

  it.each([
    ['none', undefined],
    ['a made-up one', 'Bearer Zm9yZ2VkLXRva2VuLXRoYXQtbm9ib2R5LWdhdmU'],
    ['an empty one', 'Bearer '],
    ['another scheme', 'Basic YWRtaW46YWRtaW4='],
    ['one with junk in it', "Bearer '; drop table users; --"],
  ])('lets nobody in with %s for a token', async (_, authorization) => {
    const answer = await bourse
      .client()
      .get<Problem>('/api/users/me', authorization === undefined ? {} : { authorization });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(answer.body.code).toBe('auth.unauthenticated');
  });

  it.each([
    ['24 hours after the login, however active it is', { SESSION_ABSOLUTE_MS: '1000' }],
    ['after 30 minutes without use', { SESSION_IDLE_MS: '700' }],
  ])('ends a session %s (here within a second)', async (_, lifetimes) => {
    const hasty = await startBourse(backend, lifetimes);
    const trader = await eventually(async () => {
      const one = await hasty.trader();
      // A machine may be busy for longer than that session lasts.
      expect((await one.get('/api/users/me')).status).toBe(200);
      return one;
    });
    // Polled more slowly than the idle limit: each look is a use.
    await eventually(
      async () => {
        const answer = await trader.get<Problem>('/api/users/me');
        expect(answer).toMatchObject({ status: 401, body: { code: 'auth.unauthenticated' } });
      },
      { timeoutMs: 20_000, intervalMs: 900 },
    );
    await hasty.close();
  });

  describe('with a browser', () => {
    const signIn = async () => {
      const input = newTrader();
      const answer = await bourse.client().post('/api/auth/register', input);
      const [cookie = ''] = answer.headers.getSetCookie();
      return { cookie, sent: cookie.split(';', 1)[0] ?? '' };
    };

    it('keeps the session in a cookie that no script can read and no other site can send', async () => {
      const { cookie, sent } = await signIn();
      expect(cookie).toMatch(/^session=.+; Path=\/.*; HttpOnly.*; SameSite=Strict/);
      expect((await bourse.client().get('/api/users/me', { cookie: sent })).status).toBe(200);
    });

    it('refuses to act for another site', async () => {
      const { sent } = await signIn();
      const order = { symbol: 'AAPL', side: 'buy', type: 'market', quantity: '1' };
      const forged = {
        cookie: sent,
        'sec-fetch-site': 'cross-site',
        origin: 'https://evil.example',
      };
      const answer = await bourse.client().post('/api/orders', order, forged);
      expect(answer).toMatchObject({ status: 403, body: { code: 'auth.cross_site' } });
      const orders = await bourse
        .client()
        .get<{ items: unknown[] }>('/api/orders', { cookie: sent });
      expect(orders.body.items).toEqual([]);
    });

    it('opens no socket for another site', async () => {
      const { sent } = await signIn();
      const own = await LiveClient.connect(bourse.url, {}, { cookie: sent, origin: bourse.url });
      expect(own.connected).toBe(true);
      own.close();
      const forged = LiveClient.connect(
        bourse.url,
        {},
        { cookie: sent, origin: 'https://evil.example' },
      );
      // Before the protocol changes: a page learns no more than that.
      await expect(forged).rejects.toThrow('websocket error');
    });
  });
});
