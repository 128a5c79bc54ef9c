import { io } from 'socket.io-client';
import type { ApiClient } from './support/api-client.js';
import { BACKENDS } from './support/backends.js';
import { startBourse, type Bourse } from './support/bourse.js';
import { LiveClient } from './support/live-client.js';

const REFUSED = { ok: false, error: { code: 'live.unknown_channel' } };

describe.each(BACKENDS)('the live gateway on $name', (backend) => {
  let bourse: Bourse;
  let trader: ApiClient;
  const sockets: LiveClient[] = [];

  beforeAll(async () => {
    bourse = await startBourse(backend, { MARKET_TICK_MS: '50' });
    trader = await bourse.trader();
  });
  afterEach(() => sockets.splice(0).forEach((socket) => socket.close()));
  afterAll(() => bourse.close());

  const connect = async (client: ApiClient): Promise<LiveClient> => {
    const live = await LiveClient.connect(bourse.url, { token: client.token });
    sockets.push(live);
    return live;
  };

  it.each([
    ['no token', {}],
    ['a made-up token', { token: 'Zm9yZ2VkLXRva2VuLXRoYXQtbm9ib2R5LWdhdmU' }],
    ['a token that is no text', { token: { $ne: null } }],
  ])('lets nobody in with %s', async (_, auth) => {
    await expect(LiveClient.connect(bourse.url, auth)).rejects.toThrow('auth.unauthenticated');
  });

  it('lets nobody into any other namespace', async () => {
    const socket = io(bourse.url, {
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
    });
    const refusal = await new Promise<Error>((refused, connected) => {
      socket.once('connect_error', refused).once('connect', () => connected(new Error('let in')));
    });
    expect(refusal.message).toBe('live.no_such_namespace');
    socket.close();
  });

  it('streams the quotes of a symbol, numbered without a gap', async () => {
    const live = await connect(trader);
    expect(await live.subscribe('market.quote:AAPL')).toEqual({
      ok: true,
      channel: 'market.quote:AAPL',
    });
    const first = await live.next('market.quote:AAPL');
    await live.next('market.quote:AAPL', ({ asOf }) => asOf !== first.data['asOf']);
    const messages = live.on('market.quote:AAPL');
    expect(messages[0]).toMatchObject({
      epoch: expect.any(String),
      ts: expect.stringMatching(/Z$/),
      data: { symbol: 'AAPL' },
    });
    expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, index) => first.seq + index));
  });

  it('sends what was not subscribed to nobody', async () => {
    const live = await connect(trader);
    const other = await connect(trader);
    await live.subscribe('market.quote:AAPL');
    await other.subscribe('market.quote:MSFT');
    await other.next('market.quote:MSFT');
    await live.next('market.quote:AAPL');
    expect(live.on('market.quote:MSFT')).toEqual([]);
  });

  it('goes on for one socket when another unsubscribes or leaves', async () => {
    const [staying, leaving, closing] = [
      await connect(trader),
      await connect(trader),
      await connect(trader),
    ];
    for (const live of [staying, leaving, closing]) await live.subscribe('market.quote:AAPL');
    await leaving.unsubscribe('market.quote:AAPL');
    closing.close();
    const seen = staying.messages.length;
    const { seq } = await staying.next('market.quote:AAPL');
    await staying.next('market.quote:AAPL', () => staying.messages.length > seen);
    expect(seq).toBeGreaterThan(0);
    const silent = leaving.messages.length;
    await staying.next('market.quote:AAPL', () => staying.messages.length > seen + 3);
    expect(leaving.messages.length).toBe(silent);
  });

  it('shows a trader its own orders and fills, and those of nobody else', async () => {
    const stranger = await bourse.trader();
    const own = await connect(trader);
    const foreign = await connect(stranger);
    for (const live of [own, foreign]) {
      await live.subscribe('trading.orders');
      await live.subscribe('trading.fills');
    }
    const { body } = await trader.post<{ id: string }>('/api/orders', {
      symbol: 'AAPL',
      side: 'buy',
      type: 'market',
      quantity: '1',
    });
    await own.next('trading.fills', ({ orderId }) => orderId === body.id);
    const { body: theirs } = await stranger.post<{ id: string }>('/api/orders', {
      symbol: 'MSFT',
      side: 'buy',
      type: 'market',
      quantity: '1',
    });
    await foreign.next('trading.fills', ({ orderId }) => orderId === theirs.id);
    const text = JSON.stringify(foreign.messages);
    expect(text).not.toContain(body.id);
    expect(text).not.toContain(trader.user.id);
  });

  it('follows a channel whatever was asked for just before', async () => {
    const live = await connect(trader);
    const steps = ['subscribe', 'unsubscribe', 'subscribe', 'unsubscribe', 'subscribe'] as const;
    // All at once, as a page does that shows, hides and shows a view.
    await Promise.all(steps.map((step) => live[step]('market.quote:AAPL')));
    const seen = live.on('market.quote:AAPL').length;
    await live.next('market.quote:AAPL', () => live.on('market.quote:AAPL').length > seen + 1);
  });

  it.each([
    ['a channel that there is not', 'trading.secrets'],
    ['a family without its member', 'market.quote'],
    ['a member that is none', 'market.quote:../AAPL'],
    [
      'the stream of another user by its inner name',
      'trading.orders:00000000-0000-7000-8000-000000000000',
    ],
    ['the bus itself', 'live.close'],
    ['a pattern', 'market.*'],
  ])('refuses %s', async (_, channel) => {
    const live = await connect(trader);
    expect(await live.subscribe(channel)).toMatchObject(REFUSED);
  });

  it.each([
    [undefined],
    [null],
    ['text'],
    [42],
    [{}],
    [{ channel: 7 }],
    [{ channel: 'x'.repeat(1_000) }],
    [{ channel: 'trading.orders', extra: 1 }],
  ])('answers %j with an error, and goes on', async (payload) => {
    const live = await connect(trader);
    expect(await live.send(payload)).toMatchObject({
      ok: false,
      error: { code: 'request.invalid' },
    });
    expect(await live.subscribe('trading.orders')).toMatchObject({ ok: true });
  });

  it('carries the correlation id of a request through the job to the message and the log', async () => {
    const live = await connect(trader);
    await live.subscribe('trading.fills');
    const correlationId = `e2e-${backend.name.length}-${Date.now()}`;
    const { body } = await trader.post<{ id: string }>(
      '/api/orders',
      { symbol: 'AAPL', side: 'buy', type: 'market', quantity: '1' },
      { 'x-correlation-id': correlationId },
    );
    const fill = await live.next('trading.fills', ({ orderId }) => orderId === body.id);
    expect(fill.correlationId).toBe(correlationId);
    const lines = bourse.logs.filter((line) => line['correlationId'] === correlationId);
    expect(lines.map(({ message }) => message)).toEqual(
      expect.arrayContaining(['request', 'order filled']),
    );
  });
});
