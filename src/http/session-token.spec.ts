import { fastifyCookie } from '@fastify/cookie';
import { fastify } from 'fastify';
import { clearSessionCookie, readSessionToken, setSessionCookie } from './session-token.js';

const TOKEN = 'a'.repeat(64);
const ENDS_AT_MS = Date.parse('2030-01-02T03:04:05Z');

/** A server that hands a session out at `/in`, takes it back at `/out`, and tells whose it sees. */
async function serve(secure: boolean) {
  const server = fastify();
  await server.register(fastifyCookie);
  server.get('/in', (_, reply) => {
    setSessionCookie(reply, TOKEN, secure, ENDS_AT_MS);
    return reply.send();
  });
  server.get('/out', (_, reply) => {
    clearSessionCookie(reply, secure);
    return reply.send();
  });
  server.get('/', (request) => readSessionToken(request, secure) ?? 'nobody');
  return {
    cookie: async (url: string) => (await server.inject(url)).headers['set-cookie'],
    seen: async (headers: Record<string, string>) =>
      (await server.inject({ url: '/', headers })).body,
  };
}

describe('the cookie of a session', () => {
  it('is in production one that browsers send back to this very host alone, over HTTPS, and show to no script', async () => {
    const { cookie } = await serve(true);
    expect(await cookie('/in')).toBe(
      `__Host-session=${TOKEN}; Path=/; Expires=Wed, 02 Jan 2030 03:04:05 GMT; HttpOnly; Secure; SameSite=Strict`,
    );
    expect(await cookie('/out')).toMatch(/^__Host-session=; .*Secure; SameSite=Strict$/);
  });

  it('is believed in production only under the name that no other host can set', async () => {
    const { seen } = await serve(true);
    expect(await seen({ cookie: `__Host-session=${TOKEN}` })).toBe(TOKEN);
    expect(await seen({ cookie: `session=${TOKEN}` })).toBe('nobody');
  });

  it('counts for nothing beside an Authorization header, whatever that holds', async () => {
    const { seen } = await serve(false);
    const cookie = `session=${'b'.repeat(64)}`;
    expect(await seen({ cookie, authorization: `Bearer ${TOKEN}` })).toBe(TOKEN);
    for (const authorization of ['', 'x', `Basic ${TOKEN}`, `Bearer ${TOKEN}, Bearer ${TOKEN}`]) {
      expect(await seen({ cookie, authorization })).toBe('nobody');
    }
  });
});
