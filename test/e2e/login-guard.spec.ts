import argon2 from 'argon2';
import { PasswordHasher } from '../../src/modules/auth/password-hasher.js';
import { CredentialsRepository } from '../../src/modules/auth/credentials.repository.js';
import {
  MAX_WAITING as PLACES,
  OWN_DEVICE,
  STRANGERS,
} from '../../src/modules/auth/login-guard/login-guard.js';
import { UsersService } from '../../src/modules/users/index.js';
import { newTrader, type Answer, type Problem } from './support/api-client.js';
import { SERVERS } from './support/backends.js';
import { startBourse, type Bourse } from './support/bourse.js';

/** More than there are places, also for who is long in sending them. */
const CROWD = 4 * PLACES;

interface From {
  readonly ip?: string;
  /** Cookies of the browser. */
  readonly cookie?: string;
}

describe.each(SERVERS)('signing in on $name', (backend) => {
  let bourse: Bourse;
  beforeAll(async () => {
    bourse = await startBourse(backend, { TRUSTED_PROXIES: '127.0.0.0/8' });
  });
  afterAll(() => bourse.close());

  let addresses = 0;
  const elsewhere = () => `198.51.${(addresses += 1) >> 8}.${addresses & 255}`;

  const logIn = (email: string, password: string, { ip = elsewhere(), cookie }: From = {}) =>
    bourse.client().post<Problem>(
      '/api/auth/login',
      { email, password },
      {
        'x-forwarded-for': ip,
        ...(cookie !== undefined && { cookie }),
      },
    );
  const guess = (email: string, from?: From) => logIn(email, 'a guess at a password', from);

  async function register() {
    const input = newTrader();
    const answer = await bourse.client().post('/api/auth/register', input);
    return { ...input, cookie: deviceCookieOf(answer) };
  }
  /** What `call` answers, made when the line of the strangers is full: before the last of them has had his turn. */
  const answeredBefore = async <T>(
    strangers: readonly Promise<Answer<Problem>>[],
    call: () => Promise<T>,
  ): Promise<T> => {
    let waiting = strangers.length;
    for (const one of strangers) void one.then(() => (waiting -= 1));
    await Promise.any(strangers.map(async (one) => expect((await one).status).toBe(429)));
    const answer = await call();
    expect(waiting).toBeGreaterThan(0);
    return answer;
  };
  /** Guesses from everywhere, until more of them wait. */
  const exhaust = async (email: string) => {
    const answers = await Promise.all(Array.from({ length: STRANGERS.limit }, () => guess(email)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 401));
  };
  const sameWords = ({ body: { correlationId: _, ...words } }: Answer<Problem>) => words;

  it('asks the same questions for an account that is there and one that is not, and says the same', async () => {
    const { email } = await register();
    const asked = [
      jest.spyOn(bourse.app.get(UsersService, { strict: false }), 'findIdByEmail'),
      jest.spyOn(bourse.app.get(CredentialsRepository, { strict: false }), 'findPasswordHash'),
      jest.spyOn(bourse.app.get(PasswordHasher, { strict: false }), 'verify'),
    ];
    const outcome = async (address: string) => {
      for (const one of asked) one.mockClear();
      const answer = await guess(address);
      return [answer.status, sameWords(answer), asked.map(({ mock }) => mock.calls.length)];
    };
    expect(await outcome(email)).toEqual([401, expect.anything(), [1, 1, 1]]);
    expect(await outcome(newTrader().email)).toEqual(await outcome(email));
    for (const one of asked) one.mockRestore();
  });

  it('does the same work for an account that is there, is not, or is disabled: one hash of the same cost', async () => {
    const [there, disabled] = [await register(), await register()];
    const { id } = (await bourse.client().login(disabled)).user;
    await (await bourse.admin()).patch(`/api/admin/users/${id}`, { disabled: true });
    // The real one, counted: what takes the time of a sign-in is here.
    const verified = jest.spyOn(argon2, 'verify');
    const hashed = jest.spyOn(argon2, 'hash');
    const work = async (address: string) => {
      verified.mockClear();
      expect((await guess(address)).status).toBe(401);
      return verified.mock.calls.map(([digest, password]) => {
        const [, kind, version, cost, salt = '', hash = ''] = digest.split('$');
        return { kind, version, cost, sizes: [salt.length, hash.length, password.length] };
      });
    };
    const expected = await work(there.email);
    expect(expected).toMatchObject([{ kind: 'argon2id', cost: 'm=19456,p=1,t=2' }]);
    expect(await work(newTrader().email)).toEqual(expected);
    expect(await work(disabled.email)).toEqual(expected);
    expect(hashed).not.toHaveBeenCalled();
    verified.mockRestore();
    hashed.mockRestore();
  });

  it('is slowed for guesses at one account from everywhere, known or not, in whatever way it is written', async () => {
    const { email } = await register();
    for (const [first, then] of [
      [email, email.toUpperCase()],
      [newTrader().email, undefined],
    ] as const) {
      await exhaust(first);
      const startedAtMs = performance.now();
      expect((await guess(then ?? first)).status).toBe(401);
      expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(990);
    }
  });

  it('refuses whom there is no place for, and says when to come again', async () => {
    const { email } = await register();
    await exhaust(email);
    const answers = await Promise.all(Array.from({ length: CROWD }, () => guess(email)));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThanOrEqual(1);
    expect(answers.filter(({ status }) => status === 401).length).toBeGreaterThanOrEqual(PLACES);
    for (const { body, headers } of refused) {
      expect(body.code).toBe('auth.too_many_attempts');
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
  });

  it('gives one address one place, so that it leaves room for others', async () => {
    const { email, password } = await register();
    await exhaust(email);
    const ip = elsewhere();
    const startedAtMs = performance.now();
    const flood = Promise.all(Array.from({ length: 20 }, () => guess(email, { ip })));
    const tookMs = flood.then(() => performance.now() - startedAtMs);
    expect((await logIn(email, password)).status).toBe(200);
    const heard = (await flood).filter(({ status }) => status === 401);
    expect(heard.length).toBeGreaterThanOrEqual(1);
    // One each turn: one in all, unless this machine needs more than a turn to send them.
    expect(heard.length).toBeLessThanOrEqual((await tookMs) / 990);
  });

  it('stays open to the owner where he signed in before, whatever strangers do', async () => {
    const { email, password, cookie } = await register();
    await exhaust(email);
    const strangers = Array.from({ length: CROWD }, () => guess(email));
    const owner = () => logIn(email, password, { cookie });
    expect((await answeredBefore(strangers, owner)).status).toBe(200);
    await Promise.all(strangers);
  });

  it('counts guesses at a known device as well, and mistakes no other for one', async () => {
    const { email, cookie } = await register();
    const other = await register();
    for (let i = 0; i < OWN_DEVICE.limit; i += 1) {
      expect((await guess(email, { cookie })).status).toBe(401);
    }
    expect(await guess(email, { cookie })).toMatchObject({
      status: 429,
      body: { code: 'auth.too_many_attempts' },
    });
    // Nothing of that counts against the others.
    await exhaust(email);
    for (const strange of [other.cookie, `${cookie}x`, 'device=junk', 'device=k1.AAAA']) {
      const startedAtMs = performance.now();
      expect((await guess(email, { cookie: strange })).status).toBe(401);
      expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(990);
    }
  });

  describe('of who has a session already, asked for the present password', () => {
    const showPassword = (
      token: string,
      currentPassword: string,
      { ip = elsewhere(), cookie }: From = {},
    ) =>
      bourse.client().post<Problem>(
        '/api/auth/api-keys',
        { name: 'a key', scopes: ['read'], currentPassword },
        {
          authorization: `Bearer ${token}`,
          'x-forwarded-for': ip,
          ...(cookie !== undefined && { cookie }),
        },
      );
    const changePassword = (token: string, currentPassword: string) =>
      bourse
        .client()
        .post<Problem>(
          '/api/auth/password',
          { currentPassword, newPassword: 'never to be taken' },
          { authorization: `Bearer ${token}`, 'x-forwarded-for': elsewhere() },
        );
    async function signIn(trader: Awaited<ReturnType<typeof register>>): Promise<string> {
      const { body } = await logIn(trader.email, trader.password, { cookie: trader.cookie });
      return (body as unknown as { token: string }).token;
    }

    it('counts guesses as those at the sign-in, and a stolen session apart from others', async () => {
      const trader = await register();
      const [stolen, other, third] = [
        await signIn(trader),
        await signIn(trader),
        await signIn(trader),
      ];
      const guesses = [];
      for (let i = 0; i < 6; i += 1) guesses.push((await changePassword(stolen, 'a guess')).status);
      expect(guesses).toEqual([403, 403, 403, 403, 403, 429]);
      for (let i = 0; i < 5; i += 1) {
        expect((await showPassword(other, 'a guess')).body.code).toBe('auth.wrong_password');
      }
      // Ten guesses: from now on they wait in line, wherever they are made.
      for (const one of [
        () => guess(trader.email),
        () => showPassword(third, 'a guess'),
        () => changePassword(third, 'a guess'),
      ]) {
        const startedAtMs = performance.now();
        expect([401, 403]).toContain((await one()).status);
        expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(990);
      }
    });

    it('refuses whom there is no place for, and lets the owner through at a known device', async () => {
      const trader = await register();
      await exhaust(trader.email);
      const tokens = [await signIn(trader), await signIn(trader), await signIn(trader)];
      const guesses = Array.from({ length: CROWD }, (_, i) =>
        showPassword(tokens[i % 2] ?? '', 'a guess'),
      );
      const owner = () => showPassword(tokens[2] ?? '', trader.password, { cookie: trader.cookie });
      expect((await answeredBefore(guesses, owner)).status).toBe(201);
      const codes = (await Promise.all(guesses)).map(({ body }) => body.code);
      expect(codes).toContain('auth.too_many_attempts');
      expect(codes.filter((code) => code === 'auth.wrong_password').length).toBeGreaterThanOrEqual(
        PLACES,
      );
    });
  });
});

function deviceCookieOf({ headers }: Answer<unknown>): string {
  const cookie = headers.getSetCookie().find((one) => one.startsWith('device='));
  expect(cookie).toMatch(/; HttpOnly; SameSite=Strict$/);
  return cookie?.split(';', 1)[0] ?? '';
}
