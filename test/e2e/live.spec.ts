import { io } from 'socket.io-client';
import { AppError } from '../../src/kernel/app-error.js';
import { PubSub } from '../../src/redis/index.js';
import { eventually } from '../support/eventually.js';
import type { ApiClient } from './support/api-client.js';
import { BACKENDS } from './support/backends.js';
import { startBourse, type Bourse } from './support/bourse.js';
import { LiveClient, type LiveMessage, type LivePosition } from './support/live-client.js';

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
    ['a made-up token', { token: 'Zm9yZ2VkLXRva2VuLXRoYXQtbm9ib2R5LWdhdmU' }],
    ['a token that is no text', { token: { $ne: null } }],
  ])('lets nobody in with %s', async (_, auth) => {
    await expect(LiveClient.connect(bourse.url, auth)).rejects.toThrow('auth.unauthenticated');
  });

  it('shows those who do not say who they are quotes, and nothing else', async () => {
    const anonymous = await LiveClient.connect(bourse.url, {});
    sockets.push(anonymous);
    await anonymous.follow('market.quote:AAPL');
    await anonymous.next('market.quote:AAPL');
    for (const channel of ['market.order-book:AAPL', 'trading.orders', 'ops.alerts']) {
      expect(await anonymous.subscribe(channel)).toMatchObject(REFUSED);
    }
  });

  it('counts who follows a channel, for those who may follow it', async () => {
    const [one, other] = [await connect(trader), await connect(trader)];
    const channel = 'market.order-book:NVDA';
    for (const live of [one, other]) await live.follow(channel);
    const count = () => one.ask('presence', { channel });
    await eventually(async () => expect(await count()).toEqual({ ok: true, channel, count: 2 }));
    other.close();
    await eventually(async () => expect(await count()).toMatchObject({ count: 1 }));
    expect(await one.ask('presence', { channel: 'ops.alerts' })).toMatchObject(REFUSED);
    expect(await one.ask('presence', {})).toMatchObject({ error: { code: 'request.invalid' } });
  });

  it('shows the portfolio as it is, and as it becomes', async () => {
    const client = await bourse.trader();
    const live = await connect(client);
    const { snapshot } = await live.follow('portfolio.summary');
    const { body } = await client.get<Record<string, unknown>>('/api/portfolio/summary');
    expect({ ...snapshot, asOf: '' }).toEqual({ ...body, asOf: '' });
    const order = { symbol: 'AAPL', side: 'buy', type: 'market', quantity: '1' };
    await client.post('/api/orders', order);
    await live.next('portfolio.summary', ({ positions }) => (positions as unknown[]).length === 1);
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
    expect(await live.subscribe('market.quote:AAPL')).toMatchObject({
      ok: true,
      channel: 'market.quote:AAPL',
      recovered: false,
      snapshot: { symbol: 'AAPL', bid: expect.any(String) },
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

  describe('on a durable channel', () => {
    const buy = async (client: ApiClient): Promise<string> => {
      const order = { symbol: 'AAPL', side: 'buy', type: 'market', quantity: '1' };
      return (await client.post<{ id: string }>('/api/orders', order)).body.id;
    };
    const filled = (live: LiveClient, id: string) =>
      live.next('trading.orders', (order) => order['id'] === id && order['status'] === 'filled');
    const ids = (snapshot: Record<string, unknown> = {}) =>
      (snapshot['orders'] as readonly { id: string }[]).map(({ id }) => id);
    const seqs = (messages: readonly LivePosition[] = []) => messages.map(({ seq }) => seq);
    const upFrom = (seq: number, count: number) =>
      Array.from({ length: count }, (_, i) => seq + 1 + i);

    it('begins with what the database says, and then tells every change of it', async () => {
      const client = await bourse.trader();
      const before = await buy(client);
      const live = await connect(client);
      const { recovered, snapshot, seq, epoch } = await live.follow('trading.orders');
      expect(recovered).toBe(false);
      expect(ids(snapshot)).toEqual([before]);
      await filled(live, await buy(client));
      const messages = live.on('trading.orders');
      expect(seqs(messages)).toEqual(upFrom(seq, messages.length));
      expect(new Set(messages.map((message) => message.epoch))).toEqual(new Set([epoch]));
    });

    it('gives a client that was away what it missed, all of it, once and in order', async () => {
      const client = await bourse.trader();
      const [leaver, stayer] = [await connect(client), await connect(client)];
      const start = await stayer.follow('trading.orders');
      await leaver.follow('trading.orders');
      await filled(leaver, await buy(client));
      leaver.close();
      const last = leaver.on('trading.orders').at(-1) as LiveMessage;
      for (let i = 0; i < 3; i += 1) await filled(stayer, await buy(client));
      const back = await connect(client);
      const answer = await back.follow('trading.orders', last);
      expect(answer.recovered).toBe(true);
      const all = stayer.on('trading.orders');
      expect(seqs(all)).toEqual(upFrom(start.seq, all.length));
      // One more may be on its way to both.
      await filled(back, await buy(client));
      const got = [...(answer.messages ?? []), ...back.on('trading.orders')];
      expect(got).toEqual(stayer.on('trading.orders').filter(({ seq }) => seq > last.seq));
      expect(answer.seq).toBe(answer.messages?.at(-1)?.seq);
    });

    it.each([
      ['of another epoch', (at: LivePosition) => ({ ...at, epoch: 'another' })],
      ['that is not there yet', (at: LivePosition) => ({ ...at, seq: at.seq + 1 })],
    ])('begins anew from a place %s, and says so', async (_, wrong) => {
      const client = await bourse.trader();
      const id = await buy(client);
      const live = await connect(client);
      const at = await live.follow('trading.orders');
      const other = await connect(client);
      const answer = await other.follow('trading.orders', wrong(at));
      expect(answer).toMatchObject({ recovered: false, epoch: at.epoch });
      expect(ids(answer.snapshot)).toEqual([id]);
    });

    it('tells all who follow when something could not be published, with what is true now', async () => {
      const client = await bourse.trader();
      const live = await connect(client);
      const { epoch } = await live.follow('trading.orders');
      const publish = jest
        .spyOn(bourse.app.get(PubSub), 'publishDurable')
        .mockRejectedValue(new AppError('unavailable', 'pubsub.unavailable', 'cut off'));
      const id = await buy(client);
      await eventually(() => expect(publish).toHaveBeenCalled());
      publish.mockRestore();
      await eventually(() => expect(live.snapshots).toHaveLength(1), { timeoutMs: 10_000 });
      const [snapshot] = live.snapshots;
      expect(snapshot?.channel).toBe('trading.orders');
      expect(snapshot?.epoch).not.toBe(epoch);
      expect(ids(snapshot?.data)).toEqual([id]);
      await filled(live, await buy(client));
      const later = live
        .on('trading.orders')
        .filter((message) => message.epoch === snapshot?.epoch);
      expect(seqs(later)).toEqual(upFrom(snapshot?.seq ?? -1, later.length));
    });

    it('refuses what belongs to somebody else, or is not there', async () => {
      const live = await connect(trader);
      const nothing = '00000000-0000-7000-8000-000000000000';
      expect(await live.subscribe(`journal.import:${nothing}`)).toMatchObject({
        ok: false,
        error: { code: 'journal.import_not_found' },
      });
    });
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
