import { LiveClients } from '../../src/realtime/clients/live-clients.js';
import { eventually } from '../support/eventually.js';
import { newTrader, type ApiClient } from './support/api-client.js';
import { BACKENDS } from './support/backends.js';
import { startBourse, type Bourse } from './support/bourse.js';
import { LiveClient } from './support/live-client.js';
import { EventStream, StreamRefused, type StreamOptions } from './support/event-stream.js';

const ORDERS = 'channels=trading.orders';
const QUOTES = 'channels=market.quote:AAPL';
/** A second is promised; this is also for a machine that is busy with something else. */
const SOON = { timeoutMs: 5_000 };

describe.each(BACKENDS)('live events on $name', (backend) => {
  let bourse: Bourse;
  let trader: ApiClient;
  const streams: EventStream[] = [];

  beforeAll(async () => {
    bourse = await startBourse(backend, { MARKET_TICK_MS: '50' });
    trader = await bourse.trader();
  });
  afterEach(() => streams.splice(0).forEach((stream) => stream.close()));
  let ending: Promise<void> | undefined;
  const end = (): Promise<void> => (ending ??= bourse.close());
  afterAll(end);

  const open = async (query: string, options: StreamOptions = {}): Promise<EventStream> => {
    const stream = await EventStream.open(bourse.url, query, options);
    streams.push(stream);
    return stream;
  };
  const refusal = async (query: string, options: StreamOptions = {}): Promise<StreamRefused> => {
    const error: unknown = await open(query, options).catch((error: unknown) => error);
    if (error instanceof StreamRefused) return error;
    throw new Error('it was not refused', { cause: error });
  };
  const buy = async (client: ApiClient): Promise<string> => {
    const order = { symbol: 'AAPL', side: 'buy', type: 'market', quantity: '1' };
    return (await client.post<{ id: string }>('/api/orders', order)).body.id;
  };
  const filled = (stream: EventStream, id: string) =>
    stream.next('trading.orders', (order) => order['id'] === id && order['status'] === 'filled');
  const seqs = (stream: EventStream) => stream.on('trading.orders').map(({ seq }) => seq);
  const upFrom = (seq: number, count: number) =>
    Array.from({ length: count }, (_, i) => seq + 1 + i);

  it('tell each channel where it begins, and then what happens', async () => {
    const stream = await open('channels=market.quote:AAPL,trading.orders', { token: trader.token });
    expect(stream.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    });
    const id = await buy(trader);
    await filled(stream, id);
    await stream.next('market.quote:AAPL');
    expect(stream.retryMs).toBeGreaterThanOrEqual(1_000);
    expect(stream.on('market.quote:AAPL', 'subscribed')).toMatchObject([{ recovered: false }]);
    expect(stream.on('market.quote:AAPL', 'snapshot')).toMatchObject([
      { data: { symbol: 'AAPL' } },
    ]);
    const [begin] = stream.on('trading.orders', 'snapshot');
    expect(begin?.data['orders']).toEqual(expect.any(Array));
    const got = seqs(stream);
    expect(got).toEqual(upFrom(begin?.seq ?? -1, got.length));
    // What cannot be gone on with from there moves no place.
    expect(stream.lastEventId).toMatch(/^trading\.orders@[^@,]+@\d+$/);
  });

  it('go on where a dropped connection broke off: nothing twice, nothing missed, in order', async () => {
    const client = await bourse.trader();
    const query = 'channels=trading.orders,trading.fills,market.quote:AAPL';
    const [dropped, steady] = [
      await open(query, { token: client.token }),
      await open(query, { token: client.token }),
    ];
    const first = await buy(client);
    for (const stream of [dropped, steady]) await filled(stream, first);
    dropped.close();
    const { lastEventId } = dropped;
    const before = dropped.events.length;
    for (let i = 0; i < 3; i += 1) await filled(steady, await buy(client));

    for (const by of ['header', 'query'] as const) {
      const back =
        by === 'header'
          ? await open(query, { token: client.token, lastEventId })
          : await open(`${query}&lastEventId=${encodeURIComponent(lastEventId)}`, {
              token: client.token,
            });
      const id = await buy(client);
      for (const stream of [back, steady]) {
        await filled(stream, id);
        await stream.next('trading.fills', ({ orderId }) => orderId === id);
      }
      for (const channel of ['trading.orders', 'trading.fills']) {
        expect(back.on(channel, 'subscribed')).toMatchObject([{ recovered: true }]);
        expect(back.on(channel, 'snapshot')).toEqual([]);
        await eventually(() =>
          expect([...dropped.on(channel), ...back.on(channel)]).toEqual(steady.on(channel)),
        );
      }
      back.close();
    }
    expect(dropped.events).toHaveLength(before);
  });

  it.each([
    ['that nobody made', 'garbage'],
    ['that is far too long', 'x'.repeat(6_000)],
    ['of an epoch that there is not', 'trading.orders@AZrBbCqgcAi7e3w9k2xQmA@7'],
    ['with a number beyond all', 'trading.orders@e@999999999999999'],
    ['with a wrong part', 'trading.orders@e@1,,'],
    ['of channels that are not asked for', 'ops.alerts@e@1'],
  ])('begin anew, and say so, from an id %s', async (_, lastEventId) => {
    const client = await bourse.trader();
    const id = await buy(client);
    const stream = await open(ORDERS, { token: client.token, lastEventId });
    const { data } = await stream.first('snapshot');
    expect(data).toMatchObject({ channel: 'trading.orders', data: { orders: [{ id }] } });
    expect(stream.on('trading.orders', 'subscribed')).toMatchObject([{ recovered: false }]);
    expect(stream.lastEventId).not.toContain('ops.alerts');
  });

  it('show nobody what belongs to somebody else, whatever id is handed in', async () => {
    const stranger = await bourse.trader();
    const own = await open(ORDERS, { token: trader.token });
    const id = await buy(trader);
    await filled(own, id);
    const foreign = await open(ORDERS, { token: stranger.token, lastEventId: own.lastEventId });
    const { data } = await foreign.first('snapshot');
    expect(data).toMatchObject({ data: { orders: [] } });
    expect(JSON.stringify(foreign.events)).not.toContain(trader.user.id);
  });

  describe('are refused before they begin', () => {
    it.each([
      ['a channel that there is not', 'channels=trading.secrets', 404, 'live.unknown_channel'],
      ['one of several', `${QUOTES},nothing`, 404, 'live.unknown_channel'],
      ['a channel for admins', 'channels=ops.alerts', 404, 'live.unknown_channel'],
      [
        'an import of nobody',
        `${QUOTES},journal.import:00000000-0000-7000-8000-000000000000`,
        404,
        'journal.import_not_found',
      ],
      ['no channels', '', 400, 'request.invalid'],
      ['an empty channel', `${QUOTES},`, 400, 'request.invalid'],
      ['channels twice', `${QUOTES}&${ORDERS}`, 400, 'request.invalid'],
      [
        'more than 20',
        `channels=${Array.from({ length: 21 }, (_, i) => `market.quote:S${i}`).join()}`,
        400,
        'request.invalid',
      ],
      ['something else', `${QUOTES}&more=1`, 400, 'request.invalid'],
    ])('%s', async (_, query, status, code) => {
      const { problem } = await refusal(query, { token: trader.token });
      expect(problem).toMatchObject({ status, code, type: `urn:bourse:error:${code}` });
    });

    it('a made-up token', async () => {
      const token = 'Zm9yZ2VkLXRva2VuLXRoYXQtbm9ib2R5LWdhdmU';
      expect(await refusal(QUOTES, { token })).toMatchObject({
        status: 401,
        problem: { code: 'auth.unauthenticated' },
      });
    });
  });

  describe('of who does not say who he is', () => {
    it('are quotes, and nothing else', async () => {
      const stream = await open(QUOTES);
      await stream.next('market.quote:AAPL');
      for (const channel of ['market.order-book:AAPL', 'trading.orders', 'ops.alerts']) {
        expect(await refusal(`channels=${channel}`)).toMatchObject({ status: 404 });
      }
    });

    it('are 20 of an address at most', async () => {
      const localAddress = '127.0.9.1';
      for (let i = 0; i < 20; i += 1) await open(QUOTES, { localAddress });
      expect(await refusal(QUOTES, { localAddress })).toMatchObject({
        status: 429,
        problem: { code: 'live.too_many_connections' },
      });
      streams.at(-1)?.close();
      await eventually(() => open(QUOTES, { localAddress }));
    });
  });

  it('open by an API key that may read, and not by one that may not', async () => {
    const { password, ...account } = newTrader();
    const owner = bourse.client();
    await owner.post('/api/auth/register', { password, ...account });
    await owner.login({ email: account.email, password });
    const keyFor = async (scope: string): Promise<string> => {
      const wanted = { name: scope, scopes: [scope], currentPassword: password };
      return (await owner.post<{ key: string }>('/api/auth/api-keys', wanted)).body.key;
    };
    const stream = await open(ORDERS, { token: await keyFor('read') });
    await filled(stream, await buy(owner));
    expect(await refusal(QUOTES, { token: await keyFor('trade') })).toMatchObject({
      status: 403,
      problem: { code: 'auth.out_of_scope' },
    });
  });

  it('open by the cookie of a page of ours, and of no other', async () => {
    const cookie = `session=${trader.token}`;
    const ours = await open(ORDERS, { headers: { cookie, 'sec-fetch-site': 'same-origin' } });
    await ours.first('snapshot');
    const theirs = { cookie, 'sec-fetch-site': 'cross-site' };
    expect(await refusal(ORDERS, { headers: theirs })).toMatchObject({ status: 404 });
  });

  it('end with the session, within a second', async () => {
    const client = await bourse.trader();
    const stream = await open(ORDERS, { token: client.token });
    await stream.first('snapshot');
    await client.post('/api/auth/logout');
    const atMs = Date.now();
    await eventually(() => expect(stream.ending).toBe('end'), SOON);
    expect(Date.now() - atMs).toBeLessThan(1_000);
    expect(await refusal(ORDERS, { token: client.token })).toMatchObject({ status: 401 });
  });

  it('answer who asks for the head alone', async () => {
    const { headers } = await open(QUOTES, { method: 'HEAD' });
    expect(headers['content-type']).toContain('text/event-stream');
  });

  it('are described with the other routes', async () => {
    interface Description {
      paths: Record<string, { get: { parameters: { name: string; required: boolean }[] } }>;
    }
    const { body } = await bourse.client().get<Description>('/docs-json');
    const { parameters } = body.paths['/api/live/events']!.get;
    expect(parameters.map(({ name, required }) => [name, required]).sort()).toEqual([
      ['Last-Event-ID', false],
      ['channels', true],
      ['lastEventId', false],
    ]);
  });

  it('do not keep the server from ending, and tell when to come back', async () => {
    const stream = await open(`${QUOTES},trading.orders`, { token: trader.token });
    await stream.first('snapshot');
    const atMs = Date.now();
    // Who comes while it ends is told so, too: that is no fault of anybody's.
    bourse.app.get(LiveClients).onModuleDestroy();
    const { problem, status } = await refusal(QUOTES);
    expect([status, problem.code]).toEqual([503, 'live.draining']);
    expect(problem.details?.['retryAfterMs']).toEqual(expect.any(Number));
    const late = await LiveClient.connect(bourse.url, {});
    await eventually(() => expect(late.connected).toBe(false));
    expect(late.closing).toMatchObject({
      code: 'live.draining',
      retryAfterMs: expect.any(Number),
    });
    expect(bourse.logs.filter(({ level }) => level === 'error')).toEqual([]);
    await end();
    expect(Date.now() - atMs).toBeLessThan(5_000);
    await eventually(() => expect(stream.ending).toBe('end'));
    const { data } = await stream.first('closing');
    expect(data).toMatchObject({ code: 'live.draining', retryAfterMs: expect.any(Number) });
    expect(stream.retryMs).toBe(data.retryAfterMs);
  });
});
