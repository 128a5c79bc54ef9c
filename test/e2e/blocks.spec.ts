import { connect } from 'node:net';
import { Controller, Get, Module } from '@nestjs/common';
import { Throttle } from '@nestjs/throttler';
import { Public, SignedIn } from '../../src/http/index.js';
import { MINUTE_MS } from '../../src/kernel/duration.js';
import type { Block, BlockChange } from '../../src/modules/limits/blocks/blocks.dto.js';
import { BlocksService } from '../../src/modules/limits/blocks/blocks.service.js';
import { RedisConnections } from '../../src/redis/connection/redis-connections.js';
import { eventually } from '../support/eventually.js';
import type { ApiClient, Problem } from './support/api-client.js';
import { BACKENDS, type Backend } from './support/backends.js';
import { startBourse, startOn, type Bourse } from './support/bourse.js';
import { postFrom } from './support/from-address.js';
import { LiveClient } from './support/live-client.js';
import { startProbe, type Probe } from './support/probe.js';

jest.setTimeout(120_000);

const PATH = '/api/admin/blocks';
const LIMITS = { RATE_LIMITS: 'auth.login=2/5m,abuse.refusals=4/5m,auth.register=1000/1h' };
const GUESS = { email: 'nobody@example.com', password: 'a guess, one of many' };

interface List<Item> {
  readonly items: readonly Item[];
}

const codeFrom = async (bourse: Bourse, address: string, path = '/api/auth/login') => {
  const { status, body } = await postFrom<Problem>(address, bourse.url + path, GUESS);
  return `${status} ${body.code}`;
};

/** Goes on though it is refused, until it is blocked. */
const flood = (bourse: Bourse, address: string): Promise<void> =>
  eventually(async () => expect(await codeFrom(bourse, address)).toBe('429 client.blocked'), {
    timeoutMs: 20_000,
    intervalMs: 5,
  });

describe.each(BACKENDS)('blocks on $name', (backend) => {
  let bourse: Bourse;
  let admin: ApiClient;
  beforeAll(async () => {
    bourse = await startBourse(backend, {
      ...LIMITS,
      NEVER_BLOCKED: '127.0.9.0/24, 2001:db8::/32',
    });
    admin = await bourse.admin();
  });
  afterAll(() => bourse.close());

  const blocks = async (): Promise<readonly Block[]> =>
    (await admin.get<List<Block>>(PATH)).body.items;
  const blockOf = async (address: string): Promise<Block | undefined> =>
    (await blocks()).find(({ network }) => network === `${address}/32`);
  const changesOf = async (network: string): Promise<BlockChange[]> =>
    (await admin.get<List<BlockChange>>(`${PATH}/changes?limit=200`)).body.items.filter(
      (change) => change.network === network,
    );
  const add = (block: unknown, by = admin) => by.post<Block & Problem>(PATH, block);
  const lift = (id: string, reason = 'a mistake', by = admin) =>
    by.send<Problem>('DELETE', `${PATH}/${id}?reason=${encodeURIComponent(reason)}`);

  it('shut out an address that goes on though it is refused, and nobody else', async () => {
    await flood(bourse, '127.0.7.1');
    const refused = await postFrom<Problem>('127.0.7.1', `${bourse.url}/health/live`, {});
    expect(refused).toMatchObject({ status: 429, body: { code: 'client.blocked' } });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(290);
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(300);
    expect(refused.headers['content-type']).toContain('application/problem+json');
    expect(await codeFrom(bourse, '127.0.7.2')).toBe('401 auth.bad_credentials');
    expect(await blockOf('127.0.7.1')).toMatchObject({
      source: 'abuse',
      level: 1,
      createdBy: null,
    });
    expect(await changesOf('127.0.7.1/32')).toMatchObject([{ action: 'raised', changedBy: null }]);
  });

  it('are raised once, of however many who are refused at the same time', async () => {
    await Promise.all(Array.from({ length: 40 }, () => codeFrom(bourse, '127.0.7.3')));
    await flood(bourse, '127.0.7.3');
    expect(await changesOf('127.0.7.3/32')).toHaveLength(1);
  });

  it('leave nobody to himself who is refused by a limit of his own', async () => {
    const trader = await bourse.trader();
    const change = { currentPassword: 'not this one', newPassword: 'neither this one, ever' };
    const statuses = [];
    for (let i = 0; i < 15; i += 1) {
      statuses.push((await trader.post('/api/auth/password', change)).status);
    }
    expect(statuses.slice(5)).toEqual(Array(10).fill(429));
    expect((await trader.get('/api/auth/sessions')).status).toBe(200);
  });

  it('do not concern who is on the list of those never blocked', async () => {
    const codes = [];
    for (let i = 0; i < 12; i += 1) codes.push(await codeFrom(bourse, '127.0.9.5'));
    expect(codes.slice(2)).toEqual(Array(10).fill('429 rate_limit.exceeded'));
    expect(await add({ network: '127.0.9.0/25', reason: 'test' })).toMatchObject({
      status: 409,
      body: { code: 'block.never_blocked' },
    });
    // A wider one holds for all others in it.
    const { body } = await add({ network: '127.0.8.0/23', reason: 'test' });
    expect(await codeFrom(bourse, '127.0.9.6')).toBe('401 auth.bad_credentials');
    expect(await codeFrom(bourse, '127.0.8.6')).toBe('403 client.blocked');
    await lift(body.id);
  });

  it('are added and lifted by admins, each with a reason and a record', async () => {
    const added = await add({ network: '127.0.10.7/24', reason: 'scrapes', durationMs: 600_000 });
    expect(added).toMatchObject({
      status: 201,
      body: { network: '127.0.10.0/24', reason: 'scrapes', source: 'admin', level: 0 },
    });
    expect(await codeFrom(bourse, '127.0.10.200')).toBe('429 client.blocked');
    // The same network again: one block, with the newer figures.
    const again = await add({ network: '127.0.10.0/24', reason: 'scrapes still' });
    expect(again.body.endsAt).toBeNull();
    expect(await codeFrom(bourse, '127.0.10.200')).toBe('403 client.blocked');
    expect((await blocks()).filter(({ network }) => network === '127.0.10.0/24')).toEqual([
      again.body,
    ]);
    expect((await lift(again.body.id, 'they asked nicely')).status).toBe(204);
    expect(await codeFrom(bourse, '127.0.10.200')).toBe('401 auth.bad_credentials');
    expect((await lift(again.body.id)).body.code).toBe('block.not_found');
    expect(await changesOf('127.0.10.0/24')).toMatchObject([
      { action: 'lifted', reason: 'they asked nicely', changedBy: admin.user.id },
      { action: 'added', reason: 'scrapes still', changedBy: admin.user.id },
      { action: 'added', reason: 'scrapes', changedBy: admin.user.id },
    ]);
  });

  it.each([
    ['no reason', { network: '192.0.2.1' }, 400],
    ['an empty reason', { network: '192.0.2.1', reason: ' ' }, 400],
    ['no address', { network: 'localhost', reason: 'x' }, 400],
    ['everybody', { network: '0.0.0.0/0', reason: 'x' }, 400],
    ['all of IPv6', { network: '::/0', reason: 'x' }, 400],
    ['an end in the past', { network: '192.0.2.1', reason: 'x', durationMs: -1 }, 400],
    ['who asks', { network: '127.0.0.1/32', reason: 'x' }, 409],
    ['a range with who asks in it', { network: '::ffff:127.0.0.0/104', reason: 'x' }, 409],
    ['control characters', { network: '192.0.2.1', reason: 'a\u0000b' }, 400],
  ])('are refused with %s', async (_, block, expected) => {
    expect((await add(block)).status).toBe(expected);
  });

  it('are lifted for nobody without a reason, and of no other kind', async () => {
    expect((await admin.send('DELETE', `${PATH}/x?reason=y`)).status).toBe(404);
    const { body } = await add({ network: '192.0.2.9', reason: 'x' });
    expect((await admin.send('DELETE', `${PATH}/${body.id}`)).status).toBe(400);
    expect((await lift(body.id)).status).toBe(204);
  });

  it('are for admins alone', async () => {
    const trader = await bourse.trader();
    for (const [method, path, body] of [
      ['GET', PATH],
      ['GET', `${PATH}/changes`],
      ['POST', PATH, { network: '192.0.2.1', reason: 'x' }],
      ['DELETE', `${PATH}/0?reason=x`],
    ] as const) {
      expect((await trader.send(method, path, body)).status).toBe(403);
      expect((await bourse.client().send(method, path, body)).status).toBe(401);
    }
  });

  it('do not fill the log while they hold', async () => {
    await flood(bourse, '127.0.7.20');
    const before = bourse.logs.length;
    for (let i = 0; i < 20; i += 1) await codeFrom(bourse, '127.0.7.20', '/api/flood');
    expect(bourse.logs.slice(before).filter(({ path }) => path === '/api/flood')).toEqual([]);
    const { body } = await admin.get<string>('/metrics');
    expect(Number(/^bourse_blocked_requests_total (\d+)/m.exec(body)?.[1])).toBeGreaterThan(19);
  });

  if (backend.name === 'embedded') {
    it('last longer each time, and end by themselves', async () => {
      for (const [level, minutes] of [
        [1, 5],
        [2, 20],
      ] as const) {
        await flood(bourse, '127.0.7.4');
        admin = await bourse.admin();
        const block = await blockOf('127.0.7.4');
        expect(block).toMatchObject({ level });
        const leftMs = Date.parse(block?.endsAt ?? '') - bourse.clock.nowMs();
        expect(leftMs).toBeGreaterThan((minutes - 1) * MINUTE_MS);
        bourse.clock.advance(leftMs + 1);
        expect(await codeFrom(bourse, '127.0.7.4')).toBe('401 auth.bad_credentials');
      }
    });
  } else {
    it('cost Redis nothing while they hold', async () => {
      await flood(bourse, '127.0.7.5');
      const { command } = bourse.app.get(RedisConnections);
      // Signs of life and the like are sent meanwhile, whoever calls: what is asked for a caller names his address.
      const sent = jest.spyOn(command, 'sendCommand');
      const asked = (address: string) =>
        sent.mock.calls.filter(([{ args }]) => args.some((part) => String(part).includes(address)));
      for (let i = 0; i < 300; i += 1) {
        expect(await codeFrom(bourse, '127.0.7.5')).toBe('429 client.blocked');
      }
      expect(asked('127.0.7.5')).toEqual([]);
      await codeFrom(bourse, '127.0.7.6');
      expect(asked('127.0.7.6')).toHaveLength(1);
      sent.mockRestore();
    });
  }
});

describe('blocks of several processes', () => {
  const [, shared] = BACKENDS;

  it('hold everywhere at once, after a restart, and are lifted everywhere at once', async () => {
    if (!shared) throw new Error('no backend');
    const backend = await shared.create();
    const [here, there] = await Promise.all([startOn(backend, LIMITS), startOn(backend, LIMITS)]);
    const admin = await there.admin();
    // Both have seen too much of one at the same time: it is blocked once, for as long as the first time.
    const raise = (bourse: Bourse) => bourse.app.get(BlocksService).raise('127.0.7.31');
    await Promise.all([here, there, here, there].map(raise));
    const { items } = (await admin.get<List<BlockChange>>(`${PATH}/changes`)).body;
    expect(items).toMatchObject([{ network: '127.0.7.31/32', action: 'raised' }]);

    await flood(here, '127.0.7.30');
    await eventually(async () =>
      expect(await codeFrom(there, '127.0.7.30')).toBe('429 client.blocked'),
    );
    await here.close();
    // From its first request on.
    const again = await startOn(backend, LIMITS);
    expect(await codeFrom(again, '127.0.7.30')).toBe('429 client.blocked');

    const [block] = (await admin.get<List<Block>>(PATH)).body.items;
    await admin.send('DELETE', `${PATH}/${block?.id}?reason=enough`);
    await eventually(async () =>
      expect(await codeFrom(again, '127.0.7.30')).not.toBe('429 client.blocked'),
    );
    await Promise.all([again.close(), there.close()]);
    await backend.remove();
  });
});

describe('open sockets of a client who becomes blocked', () => {
  const [, shared] = BACKENDS;
  const ENV = { ...LIMITS, TRUSTED_PROXIES: '127.0.0.0/8' };
  let backend: Backend;
  let instances: Bourse[];
  let admin: ApiClient;
  let token: string;
  beforeAll(async () => {
    if (!shared) throw new Error('no backend');
    backend = await shared.create();
    instances = await Promise.all([startOn(backend, ENV), startOn(backend, ENV)]);
    admin = await instances[0]!.admin();
    token = (await instances[0]!.trader()).token ?? '';
  });
  afterAll(async () => {
    await Promise.all(instances.map((bourse) => bourse.close()));
    await backend.remove();
  });

  /** One socket on each instance. @param forwarded as a proxy passes it on */
  const open = (forwarded: string): Promise<LiveClient[]> =>
    Promise.all(
      instances.map(({ url }) =>
        LiveClient.connect(url, { token }, { 'x-forwarded-for': forwarded }),
      ),
    );
  const block = async (network: string) => {
    const { status } = await admin.post(PATH, { network, reason: 'test' });
    expect(status).toBe(201);
  };
  const closed = (clients: readonly LiveClient[]): Promise<void> =>
    eventually(() => {
      expect(clients.map(({ connected }) => connected)).toEqual(clients.map(() => false));
      expect(clients.map(({ closing }) => closing?.code)).toEqual(
        clients.map(() => 'client.blocked'),
      );
    });

  it('are closed on every instance, are told why, and are not opened again', async () => {
    const [theirs, others] = await Promise.all([open('203.0.113.5'), open('203.0.114.5')]);
    await block('203.0.113.0/24');
    await closed(theirs);
    await expect(open('203.0.113.5')).rejects.toThrow('client.blocked');
    for (const other of others) {
      expect((await other.subscribe('trading.fills')).ok).toBe(true);
      other.close();
    }
  });

  it('are closed for abuse as well', async () => {
    const theirs = await open('203.0.115.5');
    await instances[1]!.app.get(BlocksService).raise('203.0.115.5');
    await closed(theirs);
  });

  it('are those of whom the proxy names, whatever else is forged before', async () => {
    const [forged, theirs] = await Promise.all([
      open('203.0.116.5, 203.0.117.5'),
      open('203.0.117.6, ::ffff:203.0.116.5'),
    ]);
    await block('203.0.116.5');
    await closed(theirs);
    for (const one of forged) {
      expect((await one.subscribe('trading.fills')).ok).toBe(true);
      one.close();
    }
  });

  it('are cut off though nothing of what they are sent is read', async () => {
    const { hostname, port } = new URL(instances[1]!.url);
    const mute = connect(Number(port), hostname);
    mute.write(
      [
        'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
        `Host: ${hostname}`,
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
        'X-Forwarded-For: 203.0.118.5',
        '',
        '',
      ].join('\r\n'),
    );
    let received = '';
    mute.on('data', (chunk) => (received += chunk.toString('latin1')));
    await eventually(() => expect(received).toContain('0{"sid"'));
    mute.write(webSocketText(`40/live,${JSON.stringify({ token })}`));
    await eventually(() => expect(received).toContain('40/live,{'));
    // It answers no goodbye: a WebSocket server would wait half a minute for one.
    await block('203.0.118.5');
    await eventually(() => expect(mute.destroyed || mute.readableEnded).toBe(true));
    expect(received).toContain('client.blocked');
    mute.destroy();
  });
});

/** A masked text frame, of less than 64 KiB. */
function webSocketText(text: string): Buffer {
  const body = Buffer.from(text);
  const head = Buffer.from([0x81, 0xfe, body.length >> 8, body.length & 0xff, 0, 0, 0, 0]);
  // Masked with zeroes, it goes as it is.
  return Buffer.concat([head, body]);
}

@Public()
@Controller('api/probe')
class ThrottledController {
  @Get('throttled')
  @Throttle({ default: { limit: 2, ttl: 60_000 } })
  throttled(): string {
    return 'let through';
  }
}

@SignedIn()
@Controller('api/probe')
class OwnController {
  @Get('own')
  @Throttle({ default: { limit: 2, ttl: 60_000 } })
  own(): string {
    return 'let through';
  }
}

@Module({ controllers: [ThrottledController, OwnController] })
class ThrottledModule {}

describe.each(BACKENDS)('refusals of @Throttle on $name', (kind) => {
  let backend: Backend;
  let probe: Probe;
  beforeEach(async () => {
    backend = await kind.create();
    probe = await startProbe(backend, [ThrottledModule], LIMITS);
  });
  afterEach(async () => {
    await probe.app.close();
    await backend.remove();
  });

  it('by address lead to a block, as those of other limits do', async () => {
    const codes: unknown[] = [];
    await eventually(async () => {
      const { status, body } = await probe.client().get<Problem>('/api/probe/throttled');
      codes.push(status === 200 ? 200 : body.code);
      expect(body.code).toBe('client.blocked');
    });
    // Five of them, and those that came until the block was stored.
    const refusals = codes.filter((code) => code === 'rate_limit.exceeded');
    expect(codes.slice(0, 7)).toEqual([200, 200, ...refusals.slice(0, 5)]);
    expect((await probe.client().get<Problem>('/health/live')).body.code).toBe('client.blocked');
  });

  it('of who is signed in lead to none: an office shares an address', async () => {
    const trader = await probe.trader();
    const statuses = [];
    for (let i = 0; i < 15; i += 1) statuses.push((await trader.get('/api/probe/own')).status);
    expect(statuses).toEqual([200, 200, ...Array(13).fill(429)]);
    expect((await trader.get('/api/auth/sessions')).status).toBe(200);
  });
});

describe('a forged X-Forwarded-For', () => {
  const [embedded] = BACKENDS;
  const start = (env: Record<string, string>): Promise<Bourse> => {
    if (!embedded) throw new Error('no backend');
    return startBourse(embedded, { ...LIMITS, ...env });
  };
  const guess = async (bourse: Bourse, forwarded: string) => {
    const { body } = await bourse
      .client()
      .post<Problem>('/api/auth/login', GUESS, { 'x-forwarded-for': forwarded });
    return body.code;
  };

  it('neither saves who sends it from a block, nor has anybody else blocked', async () => {
    const bourse = await start({});
    let next = 0;
    await eventually(async () =>
      expect(await guess(bourse, `203.0.113.${(next += 1)}`)).toBe('client.blocked'),
    );
    expect(await codeFrom(bourse, '127.0.7.40')).toBe('401 auth.bad_credentials');
    await bourse.close();
  });

  it('counts for nothing before what a trusted proxy adds: in requests and in sockets', async () => {
    const bourse = await start({ TRUSTED_PROXIES: '127.0.0.0/8' });
    const attacker = '203.0.113.66';
    let next = 0;
    await eventually(async () =>
      expect(await guess(bourse, `198.51.100.${(next += 1)}, ${attacker}`)).toBe('client.blocked'),
    );
    expect(await guess(bourse, `${attacker}, 203.0.113.67`)).toBe('auth.bad_credentials');
    // One client, however its proxy writes it down.
    expect(await guess(bourse, `${attacker}:4711`)).toBe('client.blocked');
    expect(await guess(bourse, `::ffff:${attacker}`)).toBe('client.blocked');
    expect(await guess(bourse, `[::ffff:${attacker}]:4711`)).toBe('client.blocked');
    const { token } = await bourse.trader();
    const connect = (forwarded: string) =>
      LiveClient.connect(bourse.url, { token }, { 'x-forwarded-for': forwarded });
    await expect(connect(attacker)).rejects.toThrow('client.blocked');
    await expect(connect(`${attacker}:4711`)).rejects.toThrow('client.blocked');
    await expect(connect(`203.0.113.68, ${attacker}`)).rejects.toThrow('client.blocked');
    (await connect(`${attacker}, 203.0.113.68`)).close();
    await bourse.close();
  });
});
