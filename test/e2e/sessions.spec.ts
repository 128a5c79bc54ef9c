import type { SessionView } from '../../src/modules/auth/auth.dto.js';
import type { Page } from '../../src/kernel/page.js';
import { SessionStore } from '../../src/redis/index.js';
import { sql } from 'drizzle-orm';
import { generateSync } from 'otplib';
import { Database } from '../../src/database/index.js';
import { eventually } from '../support/eventually.js';
import { newTrader, type ApiClient, type Problem } from './support/api-client.js';
import { BACKENDS, type Backend } from './support/backends.js';
import { startBourse, startOn, type Bourse } from './support/bourse.js';
import { LiveClient } from './support/live-client.js';

/** For open sockets. A second is promised; this is also for a machine that is busy with something else. */
const SOON = { timeoutMs: 5_000, intervalMs: 20 };
const me = '/api/users/me';
const RATE_LIMITS = 'auth.login=1000/1m,auth.password=1000/1m,auth.register=1000/1m';

describe.each(BACKENDS)('sessions on $name', (backend) => {
  let bourse: Bourse;
  beforeAll(async () => {
    bourse = await startBourse(backend, { RATE_LIMITS });
  });
  afterAll(() => bourse.close());

  /** A user with that many sessions. */
  async function signInTwice(): Promise<[ApiClient, ApiClient, ReturnType<typeof newTrader>]> {
    const input = newTrader();
    await bourse.client().post('/api/auth/register', input);
    return [await bourse.client().login(input), await bourse.client().login(input), input];
  }
  const isSignedIn = async (client: ApiClient) => (await client.get(me)).status === 200;
  const connect = ({ token }: ApiClient) => LiveClient.connect(bourse.url, { token });

  it('show device, address, login and last use', async () => {
    const input = newTrader();
    const registered = await bourse
      .client()
      .post<{ token: string }>('/api/auth/register', input, { 'user-agent': 'Netscape/4.0' });
    const client = bourse.client();
    client.token = registered.body.token;
    bourse.clock.advance(5_000);
    await client.get(me);
    const { body } = await client.get<Page<SessionView>>('/api/auth/sessions');
    expect(body.items).toMatchObject([
      { current: true, ip: '127.0.0.1', userAgent: 'Netscape/4.0' },
    ]);
    const [{ createdAt = '', lastActiveAt = '', expiresAt = '' } = {}] = body.items;
    expect(Date.parse(lastActiveAt) - Date.parse(createdAt)).toBeGreaterThanOrEqual(5_000);
    expect(Date.parse(expiresAt) - Date.parse(createdAt)).toBe(86_400_000);
  });

  it('all end at once, sockets with them, and the user can sign in again', async () => {
    const [phone, laptop, input] = await signInTwice();
    const stranger = await bourse.trader();
    const sockets = [await connect(phone), await connect(laptop)];
    const bystander = await connect(stranger);
    const ended = await phone.post('/api/auth/logout-all');
    expect(ended.status).toBe(204);
    expect(ended.headers.getSetCookie()[0]).toMatch(/^session=;/);
    for (const client of [phone, laptop]) expect((await client.get(me)).status).toBe(401);
    await eventually(() => {
      for (const socket of sockets) expect(socket.connected).toBe(false);
    }, SOON);
    expect((await stranger.get(me)).status).toBe(200);
    expect(bystander.connected).toBe(true);
    bystander.close();
    const again = await bourse.client().login(input);
    expect((await again.get(me)).status).toBe(200);
  });

  it('keep the socket of a session whose neighbour is ended', async () => {
    const [phone, laptop] = await signInTwice();
    const [lost, kept] = [await connect(phone), await connect(laptop)];
    const { body } = await laptop.get<Page<SessionView>>('/api/auth/sessions');
    // Latest first: laptop, phone, registration.
    await laptop.delete(`/api/auth/sessions/${body.items[1]?.id ?? ''}`);
    await eventually(() => expect(lost.connected).toBe(false), SOON);
    expect(kept.connected).toBe(true);
    kept.close();
  });

  it('all end with a password change, also when somebody ends the session that asks for it at that very moment', async () => {
    const [owner, thief, input] = await signInTwice();
    const { body } = await owner.get<Page<SessionView>>('/api/auth/sessions');
    const current = body.items.find((one) => one.current)?.id ?? '';
    const store = bourse.app.get(SessionStore);
    const rotate = store.rotate.bind(store);
    const rotating = jest.spyOn(store, 'rotate').mockImplementationOnce(async (...asked) => {
      expect((await thief.delete(`/api/auth/sessions/${current}`)).status).toBe(204);
      return rotate(...asked);
    });
    const newPassword = `${input.password}, but another`;
    const changed = await owner.post('/api/auth/password', {
      currentPassword: input.password,
      newPassword,
    });
    rotating.mockRestore();
    expect(changed).toMatchObject({ status: 404, body: { code: 'auth.session_not_found' } });
    for (const client of [owner, thief]) expect((await client.get(me)).status).toBe(401);
    expect((await bourse.client().login({ ...input, password: newPassword })).token).toBeDefined();
  });

  describe('of a database that gives up in the middle of a step', () => {
    const onDatabase = (statement: string) =>
      bourse.app.get(Database).sql.execute(sql.raw(statement));
    /** From here on, `what` is done to `table` by no transaction. */
    const refuse = (what: 'insert' | 'update' | 'delete', table: string) =>
      onDatabase(
        `create trigger refused before ${what} on ${table} for each statement execute function refuse()`,
      );
    const accept = (table: string) => onDatabase(`drop trigger refused on ${table}`);
    beforeAll(() =>
      onDatabase(
        `create function refuse() returns trigger language plpgsql as $$ begin raise exception 'refused'; end $$`,
      ),
    );
    it.each(['session_changes', 'credentials'])(
      'stay as they are, and so does the password (%s)',
      async (table) => {
        const [owner, other, input] = await signInTwice();
        const newPassword = `${input.password}, but another`;
        const change = () =>
          owner.post<Problem>('/api/auth/password', {
            currentPassword: input.password,
            newPassword,
          });
        await refuse(table === 'credentials' ? 'update' : 'insert', table);
        const failed = await change();
        await accept(table);
        expect(failed).toMatchObject({ status: 503, body: { code: 'session.unavailable' } });
        expect(await isSignedIn(owner)).toBe(true);
        expect(await isSignedIn(other)).toBe(true);
        expect((await bourse.client().login(input)).token).toBeDefined();
        expect((await change()).status).toBe(200);
        expect(await isSignedIn(other)).toBe(false);
      },
    );

    it('stay as they are, and so does the second factor', async () => {
      const [owner, other, { password }] = await signInTwice();
      const path = '/api/auth/second-factor';
      const begun = await owner.post<{ secret: string }>(path, { currentPassword: password });
      const nextCode = () => {
        bourse.clock.advance(30_000);
        const { secret } = begun.body;
        return generateSync({ secret, epoch: bourse.clock.nowMs() / 1_000 });
      };
      const enabled = async () => (await owner.get<{ enabled: boolean }>(path)).body.enabled;
      await refuse('insert', 'recovery_codes');
      const failed = await owner.post(`${path}/confirm`, { code: nextCode() });
      await accept('recovery_codes');
      expect(failed.status).toBe(503);
      expect(await enabled()).toBe(false);
      expect(await isSignedIn(other)).toBe(true);
      const confirmed = await owner.post<{ token: string }>(`${path}/confirm`, {
        code: nextCode(),
      });
      owner.token = confirmed.body.token;
      expect(await enabled()).toBe(true);
      expect(await isSignedIn(other)).toBe(false);

      const admin = await bourse.admin();
      const takeAway = () => admin.delete(`/api/admin/users/${owner.user.id}/second-factor`);
      await refuse('delete', 'second_factors');
      expect((await takeAway()).status).toBe(503);
      await accept('second_factors');
      expect(await enabled()).toBe(true);
      expect((await takeAway()).status).toBe(204);
      expect(await isSignedIn(owner)).toBe(false);
    });
  });

  it('are not opened for a sign-in during which the account is disabled, and not there when it is enabled again', async () => {
    const [trader, , input] = await signInTwice();
    const admin = await bourse.admin();
    const disable = (disabled: boolean) =>
      admin.patch(`/api/admin/users/${trader.user.id}`, { disabled });
    const store = bourse.app.get(SessionStore);
    const create = store.create.bind(store);
    const creating = jest.spyOn(store, 'create').mockImplementationOnce(async (...login) => {
      expect((await disable(true)).status).toBe(200);
      // Its sessions have ended: what is opened now comes too late for that.
      await eventually(async () => expect(await store.listByUser(trader.user.id)).toEqual([]));
      return create(...login);
    });
    const { email, password } = input;
    const answer = await bourse.client().post<Problem>('/api/auth/login', { email, password });
    creating.mockRestore();
    expect(answer).toMatchObject({ status: 401, body: { code: 'auth.bad_credentials' } });
    await disable(false);
    expect(await store.listByUser(trader.user.id)).toEqual([]);
  });

  it('are not opened for a sign-in during which the password is changed: who knew the old one may be why', async () => {
    const [owner, , input] = await signInTwice();
    const store = bourse.app.get(SessionStore);
    const create = store.create.bind(store);
    const newPassword = `${input.password}, but another`;
    const creating = jest.spyOn(store, 'create').mockImplementationOnce(async (...login) => {
      const change = { currentPassword: input.password, newPassword };
      const changed = await owner.post<{ token: string }>('/api/auth/password', change);
      owner.token = changed.body.token;
      return create(...login);
    });
    const { email, password } = input;
    const answer = await bourse.client().post<Problem>('/api/auth/login', { email, password });
    creating.mockRestore();
    expect(answer).toMatchObject({ status: 401, body: { code: 'auth.bad_credentials' } });
    expect(await store.listByUser(owner.user.id)).toHaveLength(1);
    expect(await isSignedIn(owner)).toBe(true);
  });

  describe('get a new token', () => {
    const rotate = (client: ApiClient) =>
      client.post<{ token: string; expiresAt: string }>('/api/auth/rotate');

    it('on request, in the cookie as well, and keep their sockets', async () => {
      const trader = await bourse.trader();
      const live = await connect(trader);
      const answer = await rotate(trader);
      expect(answer.status).toBe(200);
      expect(answer.headers.getSetCookie()[0]).toContain(answer.body.token);
      expect((await trader.get(me)).status).toBe(200);
      trader.token = answer.body.token;
      expect((await trader.get(me)).status).toBe(200);
      expect(live.connected).toBe(true);
      live.close();
    });

    it('and end whole when the old one comes back after its grace: one of the two was stolen', async () => {
      const trader = await bourse.trader();
      const thief = bourse.client();
      thief.token = trader.token;
      trader.token = (await rotate(trader)).body.token;
      const live = await connect(trader);
      expect((await thief.get(me)).status).toBe(200);
      await pastGrace(bourse, thief);
      expect((await trader.get(me)).status).toBe(401);
      await eventually(() => expect(live.connected).toBe(false), SOON);
      expect(bourse.logs).toContainEqual(
        expect.objectContaining({ message: 'a session token was used after it had been replaced' }),
      );
    });

    it('of which a thief who has the old one gets none, and whose sockets he loses with its grace', async () => {
      const [owner, , input] = await signInTwice();
      const thief = bourse.client();
      thief.token = owner.token;
      const before = await connect(thief);
      const changed = await owner.post<{ token: string }>('/api/auth/password', {
        currentPassword: input.password,
        newPassword: `${input.password}, but another`,
      });
      owner.token = changed.body.token;
      const within = await connect(thief);
      const codes = [
        await thief.post<Problem>('/api/auth/rotate'),
        await thief.post<Problem>('/api/auth/password', {
          currentPassword: `${input.password}, but another`,
          newPassword: 'his own from now on',
        }),
      ].map(({ status, body }) => `${status} ${body.code}`);
      expect(codes).toEqual(['403 auth.token_replaced', '403 auth.token_replaced']);
      // Requests under way are served.
      expect((await thief.get(me)).status).toBe(200);
      bourse.clock.advance(10_000);
      await eventually(() => {
        expect([before.connected, within.connected]).toEqual([false, false]);
      }, SOON);
      expect((await owner.get(me)).status).toBe(200);
    });

    it('at every login; what the client had before does not stay', async () => {
      const [, before, input] = await signInTwice();
      const other = await bourse.trader();
      const count = async (client: ApiClient) =>
        (await client.get<Page<SessionView>>('/api/auth/sessions')).body.items.length;
      expect(await count(before)).toBe(3);
      const after = await bourse
        .client()
        .post<{ token: string }>(
          '/api/auth/login',
          { email: input.email, password: input.password },
          { cookie: `session=${before.token ?? ''}` },
        );
      const client = bourse.client();
      client.token = after.body.token;
      expect(client.token).not.toBe(before.token);
      expect(await count(client)).toBe(3);
      // Another user's session in the same browser ends.
      await bourse
        .client()
        .post(
          '/api/auth/login',
          { email: input.email, password: input.password },
          { authorization: `Bearer ${other.token ?? ''}` },
        );
      expect((await other.get(me)).status).toBe(401);
      // Who fails to sign in loses nothing.
      const wrong = { email: input.email, password: 'not it, not it' };
      const authorization = `Bearer ${client.token}`;
      await bourse.client().post<Problem>('/api/auth/login', wrong, { authorization });
      expect((await client.get(me)).status).toBe(200);
    });
  });
});

/** Waits until the grace of a replaced token is over, whoever's clock counts it. */
async function pastGrace(bourse: Bourse, old: ApiClient): Promise<void> {
  bourse.clock.advance(11_000);
  await eventually(async () => expect((await old.get(me)).status).toBe(401), {
    timeoutMs: 20_000,
    intervalMs: 500,
  });
}

describe('sessions, with two API processes', () => {
  const kind = BACKENDS[1];
  let backend: Backend;
  let here: Bourse;
  let there: Bourse;
  beforeAll(async () => {
    if (kind === undefined) throw new Error('no such backend');
    backend = await kind.create();
    here = await startOn(backend);
    there = await startOn(backend);
  });
  afterAll(async () => {
    await here.close();
    await there.close();
    await backend.remove();
  });

  it('end everywhere: the other process refuses at once, and closes the sockets within a second', async () => {
    const input = newTrader();
    await here.client().post('/api/auth/register', input);
    const clients = [await here.client().login(input), await there.client().login(input)];
    const sockets = await Promise.all(
      clients.flatMap(({ token }) =>
        [here, there].map(({ url }) => LiveClient.connect(url, { token })),
      ),
    );
    expect(sockets.map(({ connected }) => connected)).toEqual([true, true, true, true]);
    await clients[0]?.post('/api/auth/logout-all');
    for (const { url, token } of clients) {
      for (const bourse of [here, there]) {
        const client = bourse.client();
        client.token = token;
        expect([url, (await client.get(me)).status]).toEqual([url, 401]);
      }
    }
    await eventually(() => {
      for (const socket of sockets) expect(socket.connected).toBe(false);
    }, SOON);
  });
});
