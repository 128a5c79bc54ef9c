import { Outbox } from '../../src/database/index.js';
import { SessionStore } from '../../src/redis/index.js';
import type { ManagedUser, Permissions, Settings } from '../../src/modules/users/users.dto.js';
import type { SessionView } from '../../src/modules/auth/auth.dto.js';
import type { Page } from '../../src/kernel/page.js';
import { eventually } from '../support/eventually.js';
import { newTrader, type ApiClient, type Problem } from './support/api-client.js';
import { SERVERS } from './support/backends.js';
import { startBourse, startOn, type Bourse } from './support/bourse.js';
import { LiveClient } from './support/live-client.js';

const NOBODY = '01900000-0000-7000-8000-000000000000';

const expectSignedOut = async (client: ApiClient) =>
  expect((await client.get('/api/users/me')).status).toBe(401);

describe.each(SERVERS)('users on $name', (backend) => {
  let bourse: Bourse;
  let admin: ApiClient;

  beforeAll(async () => {
    bourse = await startBourse(backend);
    admin = await bourse.admin();
  });
  afterAll(() => bourse.close());

  describe('settings', () => {
    it('have defaults, keep what is changed, and show it at once', async () => {
      const trader = await bourse.trader();
      const before = await trader.get<Settings>('/api/users/me/settings');
      expect(before).toMatchObject({
        status: 200,
        body: { theme: 'system', locale: 'en-US', watchlist: [] },
      });
      const change = { theme: 'dark', timeZone: 'Europe/Berlin', watchlist: ['AAPL', 'MSFT'] };
      const changed = await trader.patch<Settings>('/api/users/me/settings', change);
      expect(changed).toMatchObject({ status: 200, body: { ...before.body, ...change } });
      expect((await trader.get('/api/users/me/settings')).body).toEqual(changed.body);
      const again = await trader.patch<Settings>('/api/users/me/settings', { theme: 'light' });
      expect(again.body).toEqual({ ...changed.body, theme: 'light' });
    });

    it('keep both of two changes at the same time', async () => {
      const trader = await bourse.trader();
      await Promise.all([
        trader.patch('/api/users/me/settings', { theme: 'dark' }),
        trader.patch('/api/users/me/settings', { confirmOrders: false }),
      ]);
      expect(await trader.get('/api/users/me/settings')).toMatchObject({
        body: { theme: 'dark', confirmOrders: false },
      });
    });

    it.each([
      { theme: 'neon' },
      { timeZone: 'Mars/Olympus' },
      { locale: 'no locale' },
      { watchlist: ['AAPL', 'AAPL'] },
      { watchlist: ['<script>'] },
      { watchlist: Array.from({ length: 101 }, (_, i) => `S${i}`) },
      { unknown: true },
    ])('refuse %j', async (change) => {
      const trader = await bourse.trader();
      expect(await trader.patch<Problem>('/api/users/me/settings', change)).toMatchObject({
        status: 400,
        body: { code: 'request.invalid' },
      });
    });
  });

  describe('a password', () => {
    it('is changed by who knows it; the other sessions end, this one gets a new token', async () => {
      const input = newTrader();
      await bourse.client().post('/api/auth/register', input);
      const here = await bourse.client().login(input);
      const there = await bourse.client().login(input);
      const live = await LiveClient.connect(bourse.url, { token: there.token });
      const newPassword = 'a new one, quite long';
      const change = { currentPassword: input.password, newPassword };
      const changed = await here.post<{ token: string }>('/api/auth/password', change);
      expect(changed.status).toBe(200);
      expect(changed.body.token).not.toBe(here.token);
      // The old token for requests under way, the new one from now on.
      expect((await here.get('/api/users/me')).status).toBe(200);
      here.token = changed.body.token;
      expect((await here.get('/api/users/me')).status).toBe(200);
      expect((await there.get('/api/users/me')).status).toBe(401);
      await eventually(() => expect(live.connected).toBe(false));
      live.close();
      expect(await bourse.client().post<Problem>('/api/auth/login', pick(input))).toMatchObject({
        status: 401,
      });
      await bourse.client().login({ ...input, password: newPassword });
    });

    it('cannot be guessed at leisure by who found a device unlocked', async () => {
      const trader = await bourse.trader();
      const guess = { currentPassword: 'not it', newPassword: 'a new one, quite long' };
      const statuses = [];
      for (let i = 0; i < 6; i += 1) {
        statuses.push((await trader.post('/api/auth/password', guess)).status);
      }
      expect(statuses).toEqual([403, 403, 403, 403, 403, 429]);
    });

    it('stays when the current one is wrong or the new one is too short', async () => {
      const input = newTrader();
      const trader = await (async () => {
        await bourse.client().post('/api/auth/register', input);
        return bourse.client().login(input);
      })();
      const wrong = { currentPassword: 'not it', newPassword: 'a new one, quite long' };
      expect(await trader.post<Problem>('/api/auth/password', wrong)).toMatchObject({
        status: 403,
        body: { code: 'auth.wrong_password' },
      });
      const short = { currentPassword: input.password, newPassword: 'short' };
      expect((await trader.post('/api/auth/password', short)).status).toBe(400);
      await bourse.client().login(input);
    });
  });

  it('lists the sessions of a user, and ends one of them', async () => {
    const input = newTrader();
    await bourse.client().post('/api/auth/register', input);
    const phone = await bourse.client().login(input);
    const laptop = await bourse.client().login(input);
    const list = await laptop.get<Page<SessionView>>('/api/auth/sessions');
    expect(list.body.items.map(({ current }) => current)).toEqual([true, false, false]);
    const other = list.body.items[1]?.id ?? '';
    const stranger = await bourse.trader();
    expect(await stranger.delete<Problem>(`/api/auth/sessions/${other}`)).toMatchObject({
      status: 404,
      body: { code: 'auth.session_not_found' },
    });
    expect((await laptop.delete(`/api/auth/sessions/${other}`)).status).toBe(204);
    expect((await phone.get('/api/users/me')).status).toBe(401);
    expect((await laptop.get('/api/users/me')).status).toBe(200);
  });

  describe('for an admin', () => {
    const find = async (q: string) =>
      (await admin.get<Page<ManagedUser>>(`/api/admin/users?q=${encodeURIComponent(q)}`)).body;

    it('are listed newest first, page by page, and found by a part of name or address', async () => {
      const [one, two] = [await bourse.trader(), await bourse.trader()];
      const first = await admin.get<Page<ManagedUser>>('/api/admin/users?limit=1');
      expect(first.body.items.map(({ id }) => id)).toEqual([two.user.id]);
      const next = await admin.get<Page<ManagedUser>>(
        `/api/admin/users?limit=1&cursor=${first.body.nextCursor ?? ''}`,
      );
      expect(next.body.items.map(({ id }) => id)).toEqual([one.user.id]);
      const { items } = await find(one.user.email.slice(2, -4).toUpperCase());
      expect(items.map(({ id }) => id)).toEqual([one.user.id]);
      // A wildcard of SQL is a character like others.
      expect((await find('%')).items).toEqual([]);
      expect((await find('trader_')).items).toEqual([]);
    });

    it('have their sockets closed when they lose a role, which may have opened channels', async () => {
      const trader = await bourse.trader();
      const path = `/api/admin/users/${trader.user.id}`;
      await admin.patch(path, { roles: ['trader', 'admin'] });
      await expectSignedOut(trader);
      await trader.signInAgain();
      const live = await LiveClient.connect(bourse.url, { token: trader.token });
      await admin.patch(path, { roles: ['trader'] });
      await eventually(() => expect(live.connected).toBe(false));
      live.close();
      // The session is as it was.
      expect((await trader.get('/api/users/me')).status).toBe(200);
    });

    it('sign in anew when they get a role, sockets too: no token of before is worth more than it was', async () => {
      const trader = await bourse.trader();
      const live = await LiveClient.connect(bourse.url, { token: trader.token });
      const path = `/api/admin/users/${trader.user.id}`;
      await admin.patch(path, { roles: ['trader'] });
      expect((await trader.get('/api/users/me')).status).toBe(200);
      await admin.patch(path, { roles: ['trader', 'admin'] });
      await expectSignedOut(trader);
      await eventually(() => expect(live.connected).toBe(false));
      live.close();
      await trader.signInAgain();
      expect((await trader.get('/api/admin/users')).status).toBe(200);
    });

    it('never have a token of before open more, though the news of a role comes late', async () => {
      const trader = await bourse.trader();
      const path = `/api/admin/users/${trader.user.id}`;
      const [outbox, store] = [bourse.app.get(Outbox), bourse.app.get(SessionStore)];
      const publish = outbox.publish.bind(outbox);
      const found: unknown[] = [];
      const publishing = jest.spyOn(outbox, 'publish').mockImplementationOnce(async (...event) => {
        found.push(await store.validate(trader.token ?? ''));
        return publish(...event);
      });
      expect((await admin.patch(path, { roles: ['trader', 'admin'] })).status).toBe(200);
      publishing.mockRestore();
      expect(found).toEqual([undefined]);
      await trader.signInAgain();
      expect((await trader.get('/api/admin/users')).status).toBe(200);
      // No later news ends what was opened since.
      await admin.patch(path, { roles: ['trader'] });
      expect((await trader.get('/api/users/me')).status).toBe(200);
    });

    it('keep no session that was opened while a role was being given', async () => {
      const input = newTrader();
      await bourse.client().post('/api/auth/register', input);
      const registered = await bourse.client().login(input);
      const store = bourse.app.get(SessionStore);
      const revokeAll = store.revokeAll.bind(store);
      const late = bourse.client();
      const revoking = jest.spyOn(store, 'revokeAll').mockImplementationOnce(async (...asked) => {
        await revokeAll(...asked);
        await late.login(input);
      });
      const path = `/api/admin/users/${registered.user.id}`;
      expect((await admin.patch(path, { roles: ['trader', 'admin'] })).status).toBe(200);
      revoking.mockRestore();
      await expectSignedOut(late);
    });

    it('get other permissions at once', async () => {
      const trader = await bourse.trader();
      const permissions = () => trader.get<Permissions>('/api/users/me/permissions');
      expect((await permissions()).body).toEqual({
        roles: ['trader'],
        permissions: ['account.use'],
      });
      expect((await trader.get('/api/admin/users')).status).toBe(403);
      const promoted = await admin.patch(`/api/admin/users/${trader.user.id}`, {
        roles: ['trader', 'admin'],
      });
      expect(promoted).toMatchObject({ status: 200, body: { roles: ['trader', 'admin'] } });
      await expectSignedOut(trader);
      await trader.signInAgain();
      expect((await permissions()).body.permissions).toContain('users.manage');
      expect((await trader.get('/api/admin/users')).status).toBe(200);
      await admin.patch(`/api/admin/users/${trader.user.id}`, { roles: ['trader'] });
      expect((await trader.get('/api/admin/users')).status).toBe(403);
    });

    it('are shut out when disabled, sockets included, and let in again', async () => {
      const input = newTrader();
      await bourse.client().post('/api/auth/register', input);
      const trader = await bourse.client().login(input);
      const live = await LiveClient.connect(bourse.url, { token: trader.token });
      const path = `/api/admin/users/${trader.user.id}`;
      const disabled = await admin.patch<ManagedUser>(path, { disabled: true });
      expect(disabled.body.disabledAt).not.toBeNull();
      expect((await trader.get('/api/users/me')).status).toBe(401);
      await eventually(() => expect(live.connected).toBe(false));
      live.close();
      expect(await bourse.client().post<Problem>('/api/auth/login', pick(input))).toMatchObject({
        status: 403,
        body: { code: 'auth.account_disabled' },
      });
      const again = await admin.patch<ManagedUser>(path, { disabled: true });
      expect(again.body.disabledAt).toBe(disabled.body.disabledAt);
      expect((await admin.patch(path, { disabled: false })).body).toMatchObject({
        disabledAt: null,
      });
      await bourse.client().login(input);
      // The sessions from before stay ended.
      expect((await trader.get('/api/users/me')).status).toBe(401);
    });

    it.each([
      [{}, 400, 'request.invalid'],
      [{ roles: [] }, 400, 'request.invalid'],
      [{ roles: ['king'] }, 400, 'request.invalid'],
      [{ email: 'x@example.com' }, 400, 'request.invalid'],
    ])('are not changed by %j', async (change, status, code) => {
      const trader = await bourse.trader();
      expect(
        await admin.patch<Problem>(`/api/admin/users/${trader.user.id}`, change),
      ).toMatchObject({ status, body: { code } });
    });

    it.each([NOBODY, 'nobody', '%00'])('are not there under the id %s', async (id) => {
      expect(
        await admin.patch<Problem>(`/api/admin/users/${id}`, { disabled: true }),
      ).toMatchObject({ status: 404, body: { code: 'users.not_found' } });
    });

    it('are nobody else’s to see or change', async () => {
      const trader = await bourse.trader();
      expect((await trader.get('/api/admin/users')).status).toBe(403);
      const path = `/api/admin/users/${trader.user.id}`;
      expect((await trader.patch(path, { roles: ['admin'] })).status).toBe(403);
      expect((await bourse.client().get('/api/admin/users')).status).toBe(401);
    });
  });

  it('always keeps one admin, however many are demoted at once', async () => {
    const own = await backend.create();
    const house = await startOn(own);
    const first = await house.admin();
    const second = await house.trader();
    const paths = [first, second].map(({ user }) => `/api/admin/users/${user.id}`);
    const [one = '', two = ''] = paths;
    expect((await first.patch(two, { roles: ['admin'] })).status).toBe(200);
    await expectSignedOut(second);
    await second.signInAgain();
    const answers = await Promise.all([
      first.patch<Problem>(one, { roles: ['trader'] }),
      second.patch<Problem>(two, { disabled: true }),
    ]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const refused = answers.find(({ status }) => status !== 200);
    expect([403, 409]).toContain(refused?.status);
    const left = await Promise.all([first, second].map((one) => one.get('/api/admin/users')));
    expect(left.filter(({ status }) => status === 200)).toHaveLength(1);
    await house.close();
    await own.remove();
  });
});

const pick = ({ email, password }: ReturnType<typeof newTrader>) => ({ email, password });
