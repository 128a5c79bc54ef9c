import { generateSync } from 'otplib';
import { SecondFactorService } from '../../src/modules/auth/second-factor/second-factor.service.js';
import { SessionStore } from '../../src/redis/index.js';
import { newTrader, type ApiClient, type Problem } from './support/api-client.js';
import { SERVERS } from './support/backends.js';
import { startBourse, startOn, type Bourse } from './support/bourse.js';

const STEP_MS = 30_000;
const PATH = '/api/auth/second-factor';

describe.each(SERVERS)('a second factor on $name', (backend) => {
  let bourse: Bourse;
  beforeAll(async () => {
    bourse = await startBourse(backend, {
      RATE_LIMITS: 'auth.login=1000/1m,auth.password=1000/1m,auth.register=1000/1m',
    });
  });
  afterAll(() => bourse.close());

  interface Owner {
    readonly input: ReturnType<typeof newTrader>;
    readonly client: ApiClient;
    readonly recoveryCodes: readonly string[];
    /** Of the app, a new one each time. */
    nextCode(): string;
  }

  async function signUp(input: ReturnType<typeof newTrader>): Promise<ApiClient> {
    await bourse.client().post('/api/auth/register', input);
    return bourse.client().login(input);
  }

  async function enrolled(): Promise<Owner> {
    const input = newTrader();
    const client = await signUp(input);
    const begun = await client.post<{ secret: string; uri: string }>(PATH, {
      currentPassword: input.password,
    });
    expect(begun.status).toBe(201);
    const { secret } = begun.body;
    const nextCode = () => {
      bourse.clock.advance(STEP_MS);
      return generateSync({ secret, epoch: bourse.clock.nowMs() / 1_000 });
    };
    const confirmed = await client.post<{ recoveryCodes: string[]; token: string }>(
      `${PATH}/confirm`,
      { code: nextCode() },
    );
    expect(confirmed.status).toBe(200);
    client.token = confirmed.body.token;
    return { input, client, recoveryCodes: confirmed.body.recoveryCodes, nextCode };
  }

  const login = ({ input }: Owner, code?: string) =>
    bourse.client().post<Problem & { token: string }>('/api/auth/login', {
      email: input.email,
      password: input.password,
      ...(code !== undefined && { code }),
    });

  it('changes nothing before the app has shown a code', async () => {
    const input = newTrader();
    const client = await signUp(input);
    await client.post(PATH, { currentPassword: input.password });
    expect(await client.get(PATH)).toMatchObject({
      body: { enabled: false, recoveryCodesLeft: 0 },
    });
    const wrong = await client.post(`${PATH}/confirm`, { code: '000000' });
    expect(wrong).toMatchObject({ status: 403, body: { code: 'auth.wrong_code' } });
    expect((await bourse.client().login(input)).token).toBeDefined();
  });

  it('is begun only by who knows the password', async () => {
    const client = await bourse.trader();
    expect(await client.post(PATH, { currentPassword: 'not it, not it' })).toMatchObject({
      status: 403,
      body: { code: 'auth.wrong_password' },
    });
    expect(await client.post(`${PATH}/confirm`, { code: '123456' })).toMatchObject({
      status: 409,
      body: { code: 'auth.second_factor_not_begun' },
    });
  });

  it('may be looked at by its owner as often as he likes', async () => {
    const shipped = await startBourse(backend, { RATE_LIMITS: 'auth.password=1/5m' });
    const client = await shipped.trader();
    for (let look = 0; look < 3; look += 1) expect((await client.get(PATH)).status).toBe(200);
    expect((await client.post(PATH, { currentPassword: 'a' })).status).toBe(403);
    expect((await client.post(PATH, { currentPassword: 'a' })).status).toBe(429);
    await shipped.close();
  });

  it('lets nobody in by the password alone, and says so to nobody who does not know it', async () => {
    const owner = await enrolled();
    expect(await login(owner)).toMatchObject({
      status: 401,
      body: { code: 'auth.second_factor_required' },
    });
    const stranger = { ...owner, input: { ...owner.input, password: 'not it, not it' } };
    expect(await login(stranger)).toMatchObject({
      status: 401,
      body: { code: 'auth.bad_credentials' },
    });
  });

  it('takes a code once, however many sign-ins show it at the same time', async () => {
    const owner = await enrolled();
    const code = owner.nextCode();
    // At the same moment: at sign-ins the password is looked at first, and takes its time.
    const factor = bourse.app.get(SecondFactorService);
    const checks = await Promise.allSettled(
      Array.from({ length: 8 }, () => factor.check(owner.client.user.id, code)),
    );
    expect(checks.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await login(owner, code)).toMatchObject({ body: { code: 'auth.bad_second_factor' } });
    expect(await login(owner, owner.nextCode())).toMatchObject({ status: 200 });
  });

  it('takes each recovery code once, however it is typed', async () => {
    const owner = await enrolled();
    const [code = ''] = owner.recoveryCodes;
    const typed = code.toUpperCase().replaceAll('-', ' ');
    const answers = await Promise.all([login(owner, typed), login(owner, code)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
    expect(await owner.client.get(PATH)).toMatchObject({
      body: { enabled: true, recoveryCodesLeft: 9 },
    });
  });

  it('is slow to who guesses, and lets the owner in by a recovery code meanwhile', async () => {
    const owner = await enrolled();
    for (let guess = 0; guess < 10; guess += 1) {
      // One in 300,000 guesses is right.
      expect((await login(owner, '123456')).status).toBe(401);
    }
    const right = owner.nextCode();
    expect(await login(owner, right)).toMatchObject({
      status: 429,
      body: { code: 'auth.too_many_codes' },
    });
    expect((await login(owner, owner.recoveryCodes[0])).status).toBe(200);
    bourse.clock.advance(15 * 60_000);
    expect((await login(owner, owner.nextCode())).status).toBe(200);
  });

  it('ends the other sessions when it begins to count, and gives this one a new token', async () => {
    const input = newTrader();
    const client = await signUp(input);
    const other = await bourse.client().login(input);
    const { body } = await client.post<{ secret: string }>(PATH, {
      currentPassword: input.password,
    });
    const before = client.token;
    const code = generateSync({ secret: body.secret, epoch: bourse.clock.nowMs() / 1_000 });
    const confirmed = await client.post<{ token: string }>(`${PATH}/confirm`, { code });
    expect((await other.get('/api/users/me')).status).toBe(401);
    expect(confirmed.body.token).not.toBe(before);
    client.token = confirmed.body.token;
    expect((await client.get('/api/users/me')).status).toBe(200);
  });

  it('is asked for also where it began to count while somebody was signing in by the password alone', async () => {
    const input = newTrader();
    const client = await signUp(input);
    const begun = await client.post<{ secret: string }>(PATH, { currentPassword: input.password });
    const code = generateSync({ secret: begun.body.secret, epoch: bourse.clock.nowMs() / 1_000 });
    const store = bourse.app.get(SessionStore);
    const create = store.create.bind(store);
    const creating = jest.spyOn(store, 'create').mockImplementationOnce(async (...login) => {
      expect((await client.post(`${PATH}/confirm`, { code })).status).toBe(200);
      return create(...login);
    });
    const { email, password } = input;
    const answer = await bourse.client().post<Problem>('/api/auth/login', { email, password });
    creating.mockRestore();
    expect(answer).toMatchObject({ status: 401, body: { code: 'auth.bad_credentials' } });
    expect(await store.listByUser(client.user.id)).toHaveLength(1);
  });

  it('gives new recovery codes for a code, and those from before open nothing any more', async () => {
    const owner = await enrolled();
    const renewed = await owner.client.post<{ recoveryCodes: string[] }>(`${PATH}/recovery-codes`, {
      code: owner.nextCode(),
    });
    expect(renewed.body.recoveryCodes).toHaveLength(10);
    expect((await login(owner, owner.recoveryCodes[1])).status).toBe(401);
    expect((await login(owner, renewed.body.recoveryCodes[1])).status).toBe(200);
  });

  it('is given up only with password and code', async () => {
    const owner = await enrolled();
    const { password } = owner.input;
    const disable = (currentPassword: string, code: string) =>
      owner.client.post<Problem & { token: string }>(`${PATH}/disable`, { currentPassword, code });
    expect(await disable('not it, not it', owner.nextCode())).toMatchObject({
      body: { code: 'auth.wrong_password' },
    });
    expect(await disable(password, '000000')).toMatchObject({ body: { code: 'auth.wrong_code' } });
    expect((await disable(password, owner.nextCode())).status).toBe(200);
    expect((await login(owner)).status).toBe(200);
  });

  it('is taken away by an administrator alone, and all sessions end with it', async () => {
    const owner = await enrolled();
    const path = `/api/admin/users/${owner.client.user.id}/second-factor`;
    expect((await owner.client.send('DELETE', path)).status).toBe(403);
    const admin = await bourse.admin();
    expect((await admin.send('DELETE', path)).status).toBe(204);
    expect((await owner.client.get('/api/users/me')).status).toBe(401);
    expect((await login(owner)).status).toBe(200);
    for (const nobody of [path, '/api/admin/users/no-id/second-factor']) {
      expect(await admin.send('DELETE', nobody)).toMatchObject({
        status: 409,
        body: { code: 'auth.second_factor_not_enabled' },
      });
    }
  });

  it.each([
    ['short', '1'],
    ['long', '1'.repeat(33)],
    ['no text', 7],
    ['hostile', "'; drop--\u0000"],
  ])('refuses a code that is %s', async (_, code) => {
    const owner = await enrolled();
    const answer = await bourse.client().post<Problem>('/api/auth/login', {
      email: owner.input.email,
      password: owner.input.password,
      code,
    });
    expect([400, 401]).toContain(answer.status);
  });
});

describe('a second factor, with two processes', () => {
  it('takes each code in one of them alone, of the app or for recovery', async () => {
    const [kind] = SERVERS;
    if (kind === undefined) throw new Error('no such backend');
    const backend = await kind.create();
    const processes = [await startOn(backend), await startOn(backend)];
    const [here] = processes as [Bourse, Bourse];
    const factors = processes.map(({ app }) => app.get(SecondFactorService));
    const client = await here.trader();
    const { user } = client;
    const factor = here.app.get(SecondFactorService);
    const { secret } = await factor.begin(user.id);
    const codeIn = (ms: number) =>
      generateSync({ secret, epoch: (here.clock.nowMs() + ms) / 1_000 });
    const confirmed = await client.post<{ recoveryCodes: string[] }>(`${PATH}/confirm`, {
      code: codeIn(0),
    });
    const [recoveryCode = ''] = confirmed.body.recoveryCodes;
    for (const code of [codeIn(STEP_MS), recoveryCode]) {
      const checks = await Promise.allSettled(
        factors.flatMap((one) => Array.from({ length: 4 }, () => one.check(user.id, code))),
      );
      expect(checks.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    }
    for (const { close } of processes) await close();
    await backend.remove();
  });
});
