import { setTimeout as sleep } from 'node:timers/promises';
import { Controller, Get, HttpCode, Injectable, Module, Param, Query, Req } from '@nestjs/common';
import { z } from 'zod';
import { CurrentPrincipal, Public, RateLimit, Requires, SignedIn } from '../../src/http/index.js';
import { AppError } from '../../src/kernel/app-error.js';
import type { Principal } from '../../src/kernel/principal.js';
import { CachedResponse, Caches } from '../../src/redis/index.js';
import { eventually } from '../support/eventually.js';
import { PrivateRedis } from '../support/redis-server.js';
import type { Answer, ApiClient } from './support/api-client.js';
import { BACKENDS, type Backend } from './support/backends.js';
import { startProbe, type Probe } from './support/probe.js';

const MINUTE_MS = 60_000;
const querySchema = z.strictObject({ page: z.coerce.number().int().default(1) });
type Query = z.output<typeof querySchema>;

/** What the routes below show, and how often it was asked. */
@Injectable()
class World {
  readonly revision = 'first';
  text = 'one';
  fails = false;
  waitMs = 0;
  runs = 0;

  async look(more: object = {}): Promise<object> {
    this.runs += 1;
    if (this.waitMs > 0) await sleep(this.waitMs);
    if (this.fails) throw new AppError('not_found', 'probe.nothing', 'Nothing there.');
    return { text: this.text, ...more };
  }
}

@Controller('api/probe')
class ProbeController {
  constructor(private readonly world: World) {}

  @Get('mine')
  @SignedIn()
  @RateLimit('orders.place')
  @CachedResponse({
    name: 'probe.mine',
    namespace: 'general',
    scope: 'user',
    ttlMs: MINUTE_MS,
    tags: ({ userId }) => [`probe:${userId}`],
  })
  mine(
    @CurrentPrincipal() { userId, roles }: Principal,
    @Query({ schema: querySchema }) { page }: Query,
  ): Promise<object> {
    return this.world.look({ userId, roles, page });
  }

  @Get('all/:symbol')
  @SignedIn()
  @CachedResponse({
    name: 'probe.all',
    namespace: 'general',
    scope: 'shared',
    ttlMs: MINUTE_MS,
    revisionOf: World,
    tags: ({ values }) => [`probe-symbol:${String(values['symbol'])}`],
    revalidate: false,
  })
  all(
    @Param('symbol', { schema: z.string().toUpperCase() }) symbol: string,
    @Query('note') note?: string,
  ): Promise<object> {
    return this.world.look({ symbol, note });
  }

  @Get('open')
  @Public()
  @CachedResponse({ name: 'probe.open', namespace: 'general', scope: 'shared', ttlMs: MINUTE_MS })
  open(): Promise<object> {
    return this.world.look();
  }

  @Get('guests')
  @Public()
  @CachedResponse({ name: 'probe.guests', namespace: 'general', scope: 'user', ttlMs: MINUTE_MS })
  guests(): Promise<object> {
    return this.world.look();
  }

  @Get('admins')
  @Requires('users.manage')
  @CachedResponse({ name: 'probe.admins', namespace: 'general', scope: 'shared', ttlMs: MINUTE_MS })
  admins(): Promise<object> {
    return this.world.look();
  }

  @Get('text')
  @Public()
  @CachedResponse({ name: 'probe.text', namespace: 'general', scope: 'shared', ttlMs: MINUTE_MS })
  text(): string {
    return 'text';
  }
}

@Module({ controllers: [ProbeController], providers: [World] })
class ProbeModule {}

const tagOf = ({ headers }: Answer<unknown>) => headers.get('etag') ?? '';
const get = (client: ApiClient, path: string, headers: Record<string, string> = {}) =>
  client.get<Record<string, unknown>>(`/api/probe/${path}`, headers);

describe.each(BACKENDS)('answers that are kept, on $name', (kind) => {
  let backend: Backend;
  let probe: Probe;
  let world: World;
  let ada: ApiClient;
  let ben: ApiClient;

  beforeAll(async () => {
    backend = await kind.create();
    probe = await startProbe(backend, [ProbeModule], { RATE_LIMITS: 'auth.register=1000/1h' });
    world = probe.app.get(World);
    [ada, ben] = [await probe.trader(), await probe.trader()];
  });
  afterAll(async () => {
    await probe.app.close();
    await backend.remove();
  });
  beforeEach(async () => {
    await probe.app
      .get(Caches)
      .invalidateTags([`probe:${ada.user.id}`, `probe:${ben.user.id}`, 'probe-symbol:X']);
    Object.assign(world, { text: 'one', fails: false, waitMs: 0, runs: 0 });
  });

  it('are made once for a user, and never shown to another', async () => {
    const [first, again, other] = [
      await get(ada, 'mine'),
      await get(ada, 'mine'),
      await get(ben, 'mine'),
    ];
    expect(first.body).toMatchObject({ userId: ada.user.id, text: 'one' });
    expect(again.body).toEqual(first.body);
    expect(other.body).toMatchObject({ userId: ben.user.id });
    expect(world.runs).toBe(2);
    // Whoever has learned another's tag learns nothing by it.
    const guess = await get(ben, 'mine', { 'if-none-match': tagOf(first) });
    expect(guess).toMatchObject({ status: 200, body: { userId: ben.user.id } });
  });

  it('are made once for many who ask at the same time', async () => {
    world.waitMs = 200;
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, i) => get(i % 2 === 0 ? ada : ben, 'all/x')),
    );
    expect(world.runs).toBe(1);
    expect(new Set(answers.map(tagOf)).size).toBe(1);
    expect(answers.every(({ status }) => status === 200)).toBe(true);
  });

  it('are told by 304 to who has them, and whole to who has others', async () => {
    const { body, ...first } = await get(ada, 'mine');
    for (const value of [tagOf({ ...first, body }), `"x", W/${tagOf({ ...first, body })}`, '*']) {
      const again = await get(ada, 'mine', { 'if-none-match': value });
      expect({ value, status: again.status, body: again.body }).toMatchObject({
        ...{ value, status: 304, body: '' },
      });
    }
    expect(await get(ada, 'mine', { 'if-none-match': '"x"' })).toMatchObject({ status: 200, body });
    expect(world.runs).toBe(1);
  });

  it('are others under another tag at once, after a change', async () => {
    const before = await get(ada, 'mine');
    world.text = 'two';
    await probe.app.get(Caches).invalidateTags([`probe:${ada.user.id}`]);
    const after = await get(ada, 'mine', { 'if-none-match': tagOf(before) });
    expect(after).toMatchObject({ status: 200, body: { text: 'two' } });
    expect(tagOf(after)).not.toBe(tagOf(before));
    expect(Number(after.headers.get('age'))).toBeLessThan(10);
  });

  it('grow older, and say how long they may be used', async () => {
    const first = await get(ada, 'all/x');
    expect(Number(first.headers.get('age'))).toBeLessThan(10);
    expect(first.headers.get('cache-control')).toBe('private, max-age=60');
    probe.clock.advance(20_000);
    const later = await get(ben, 'all/x', { 'if-none-match': tagOf(first) });
    expect(later.status).toBe(304);
    expect(Number(later.headers.get('age'))).toBeGreaterThanOrEqual(20);
    expect(later.headers.get('cache-control')).toBe('private, max-age=60');
    // A change shows at once where there are tags; so clients have to ask.
    expect((await get(ada, 'mine')).headers.get('cache-control')).toBe('private, no-cache');
  });

  it('may be used for as long as an operator lets them live, from his change on', async () => {
    const admin = await probe.admin();
    const changed = async (name: string, ttlMs: number | null) =>
      expect((await admin.patch(`/api/admin/caches/${name}`, { ttlMs })).status).toBe(200);
    const said = async (path: string) => (await get(ada, path)).headers.get('cache-control');
    await get(ada, 'all/x');
    for (const [ttlMs, maxAge] of [
      [10_000, 'max-age=10'],
      [3_600_000, 'max-age=3600'],
      [999, 'no-cache'],
      [null, 'max-age=60'],
    ] as const) {
      await changed('probe.all', ttlMs);
      expect(await said('all/x')).toBe(`private, ${maxAge}`);
    }
    // Where clients are to ask every time they do so still.
    await changed('probe.mine', 3_600_000);
    expect(await said('mine')).toBe('private, no-cache');
    await changed('probe.mine', null);
  });

  it('are the same to HEAD, which makes them as well', async () => {
    const head = await ada.send('HEAD', '/api/probe/mine?page=3');
    expect({ status: head.status, body: head.body }).toEqual({ status: 200, body: '' });
    const got = await get(ada, 'mine?page=3');
    expect(tagOf(head)).toBe(tagOf(got));
    expect(head.headers.get('content-length')).toBe(got.headers.get('content-length'));
    expect(world.runs).toBe(1);
    const unchanged = await ada.send('HEAD', '/api/probe/mine?page=3', undefined, {
      'if-none-match': tagOf(got),
    });
    expect(unchanged.status).toBe(304);
  });

  it('are one for all ways to ask the same, and another for another question', async () => {
    for (const path of ['mine', 'mine?', 'mine?page=1', 'mine?page=01', 'mine?page=%31']) {
      expect((await get(ada, path)).body).toMatchObject({ page: 1 });
    }
    expect(world.runs).toBe(1);
    expect((await get(ada, 'mine?page=2')).body).toMatchObject({ page: 2 });
    for (const path of ['all/x', 'all/X', 'all/x?junk=1', 'all/X?junk=2']) await get(ada, path);
    expect(world.runs).toBe(3);
    const [one, other] = ['a'.repeat(3_000), `${'a'.repeat(2_999)}b`];
    expect((await get(ada, `all/x?note=${one}`)).body).toMatchObject({ note: one });
    expect((await get(ada, `all/x?note=${other}`)).body).toMatchObject({ note: other });
  });

  it.each(['mine?junk=1', 'mine?page=x', 'mine?page=1&page=2', 'mine?__proto__[x]=1'])(
    'do not answer %s, which is refused as ever',
    async (path) => {
      await get(ada, 'mine');
      const refused = await get(ada, path);
      expect(refused).toMatchObject({ status: 400, body: { code: 'request.invalid' } });
      expect(refused.headers.get('etag')).toBeNull();
    },
  );

  it('are never errors', async () => {
    world.fails = true;
    for (const runs of [1, 2]) {
      const failed = await get(ada, 'mine');
      expect(failed).toMatchObject({ status: 404, body: { code: 'probe.nothing' } });
      expect(failed.headers.get('cache-control')).toBe('no-store');
      expect(failed.headers.get('etag')).toBeNull();
      expect(world.runs).toBe(runs);
    }
    world.fails = false;
    expect((await get(ada, 'mine', { 'if-none-match': '*' })).status).toBe(304);
  });

  it('are given to nobody whom the guards do not let in', async () => {
    const admin = await probe.admin();
    expect((await get(admin, 'admins')).status).toBe(200);
    expect((await get(ada, 'admins', { 'if-none-match': '*' })).status).toBe(403);
    expect((await get(probe.client(), 'mine', { 'if-none-match': '*' })).status).toBe(401);
    expect(world.runs).toBe(1);
  });

  it('count against a limit like any other', async () => {
    // Of whom no earlier request falls out of the window meanwhile.
    const carl = await probe.trader();
    const left = async () => {
      const text = (await get(carl, 'mine')).headers.get('ratelimit') ?? '';
      return Number(/r=(\d+)/.exec(text)?.[1]);
    };
    const before = await left();
    expect(await left()).toBe(before - 1);
    expect(world.runs).toBe(1);
  });

  it('are made anew for a user whose roles have changed', async () => {
    const carl = await probe.trader();
    expect((await get(carl, 'mine')).body['roles']).toEqual(['trader']);
    const admin = await probe.admin();
    const changed = await admin.patch(`/api/admin/users/${carl.user.id}`, {
      roles: ['trader', 'admin'],
    });
    expect(changed.status).toBe(200);
    await eventually(async () => expect((await get(carl, 'mine')).status).toBe(401));
    await carl.signInAgain();
    expect((await get(carl, 'mine')).body['roles']).toEqual(['trader', 'admin']);
    await admin.patch(`/api/admin/users/${carl.user.id}`, { roles: ['trader'] });
    expect((await get(carl, 'mine')).body['roles']).toEqual(['trader']);
  });

  it('may be kept by anybody on the way only where anybody may ask', async () => {
    const { headers } = await get(probe.client(), 'open');
    expect(headers.get('cache-control')).toBe('public, max-age=60');
    expect(headers.get('vary')).toBeNull();
    const signedIn = (await get(ada, 'all/x')).headers;
    expect(signedIn.get('cache-control')).toBe('private, max-age=60');
    expect(signedIn.get('vary')).toBe('Authorization, Cookie');
  });

  it('have an owner, or are not kept: one guest is not another', async () => {
    const answer = await get(probe.client(), 'guests');
    await get(probe.client(), 'guests');
    expect(world.runs).toBe(2);
    expect(answer.headers.get('age')).toBeNull();
    expect(answer.headers.get('cache-control')).toBe('private, no-cache');
  });

  it('are objects and lists: anything else is a fault of the route', async () => {
    expect(await get(probe.client(), 'text')).toMatchObject({
      status: 500,
      body: { code: expect.stringMatching(/^(cache\.not_json|internal)/) },
    });
  });

  it('do not come from another revision', async () => {
    const first = await get(ada, 'all/x');
    Object.assign(world, { revision: 'second', text: 'two' });
    const second = await get(ada, 'all/x', { 'if-none-match': tagOf(first) });
    expect(second).toMatchObject({ status: 200, body: { text: 'two' } });
    Object.assign(world, { revision: 'first' });
    expect(await get(ada, 'all/x')).toMatchObject({ body: { text: 'one' } });
  });
});

describe('answers that are kept, with Redis away', () => {
  it('are made by each request, and none of them fails', async () => {
    const [, services] = BACKENDS;
    if (!services) throw new Error('no backend with services');
    const redis = await PrivateRedis.start();
    const backend = await services.create();
    const probe = await startProbe(backend, [ProbeModule], { REDIS_URL: redis.url });
    const world = probe.app.get(World);
    const ada = await probe.trader();
    const before = await get(ada, 'mine');
    await redis.kill();
    for (const page of [1, 2, 3]) {
      const answer = await get(ada, `mine?page=${page}`);
      expect(answer).toMatchObject({ status: 200, body: { userId: ada.user.id, page } });
      expect(tagOf(answer)).toMatch(/^"/);
    }
    expect(world.runs).toBeGreaterThanOrEqual(3);
    expect((await get(ada, 'mine', { 'if-none-match': tagOf(before) })).status).toBe(304);
    await probe.app.close();
    await redis.remove();
    await backend.remove();
  });
});

@Controller('api/wrong')
class WrongController {
  @Get('caller')
  @SignedIn()
  @CachedResponse({ scope: 'shared', store: false })
  caller(@CurrentPrincipal() { userId }: Principal): object {
    return { userId };
  }

  @Get('request')
  @Public()
  @CachedResponse({ scope: 'user', store: false })
  request(@Req() { url }: { url: string }): object {
    return { url };
  }

  @Get('status')
  @Public()
  @HttpCode(202)
  @CachedResponse({ scope: 'shared', store: false })
  status(): object {
    return {};
  }
}

describe('a route that says more than can be kept', () => {
  it('stops the boot, named with its reason', async () => {
    const [embedded] = BACKENDS;
    if (!embedded) throw new Error('no backend');
    const backend = await embedded.create();
    @Module({ controllers: [WrongController] })
    class WrongModule {}
    await expect(startProbe(backend, [WrongModule])).rejects.toMatchObject({
      code: 'cache.invalid_route',
      message: [
        'WrongController.caller: parameter 0 takes what the key does not tell apart',
        'WrongController.request: parameter 0 takes what the key does not tell apart',
        'WrongController.status: only answers with status 200 are kept',
      ].join('; '),
    });
    await backend.remove();
  });
});
