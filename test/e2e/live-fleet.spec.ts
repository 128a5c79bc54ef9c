import type { Page } from '../../src/kernel/page.js';
import type { Activity } from '../../src/modules/trading/accounts/transfers.dto.js';
import type { Account, Order } from '../../src/modules/trading/index.js';
import { eventually } from '../support/eventually.js';
import { BourseProcess } from '../support/processes.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { ApiClient } from './support/api-client.js';
import { BACKENDS, type Backend } from './support/backends.js';
import { EventStream } from './support/event-stream.js';
import { LiveClient, type LiveMessage } from './support/live-client.js';

// Three processes are started.
jest.setTimeout(120_000);

const ORDERS = 'trading.orders';
/** Two seconds for an answer, also of a machine that is busy. */
const LIVE_PING_MS = 2_000;
const MARKET_ORDER = { symbol: 'AAPL', side: 'buy', type: 'market', quantity: '1' };

describe('two API processes and a worker', () => {
  let backend: Backend;
  let processes: BourseProcess[] = [];
  let [a, b]: [BourseProcess?, BourseProcess?] = [];
  const sockets: LiveClient[] = [];
  const streams: EventStream[] = [];

  beforeAll(async () => {
    const [, kind] = BACKENDS;
    if (kind === undefined) throw new Error('no backend with Redis');
    backend = await kind.create();
    const { PORT: _anyFreeOne, ...env } = backend.env;
    const start = async (role: string) => {
      const settings = { MARKET_TICK_MS: '50', LIVE_PING_MS: String(LIVE_PING_MS) };
      const options = { env: { ...env, BOURSE_ROLE: role, ...settings } };
      const started = await BourseProcess.start(options);
      processes.push(started);
      return started;
    };
    // The first one makes the tables.
    a = await start('api');
    [b] = await Promise.all([start('api'), start('worker')]);
  });
  afterEach(() => {
    sockets.splice(0).forEach((socket) => socket.close());
    streams.splice(0).forEach((stream) => stream.close());
  });
  afterAll(async () => {
    await Promise.all(processes.map((process) => process.stop()));
    processes = [];
    await backend.remove();
  });

  const urlOf = (process: BourseProcess | undefined) => process?.url ?? '';
  const trader = () => new ApiClient(urlOf(a)).register();
  const connect = async (to: BourseProcess | undefined, { token }: ApiClient) => {
    const live = await LiveClient.connect(urlOf(to), { token });
    sockets.push(live);
    return live;
  };
  const openStream = async (
    to: BourseProcess | undefined,
    { token }: ApiClient,
    lastEventId?: string,
  ) => {
    const options = { token, ...(lastEventId !== undefined && { lastEventId }) };
    const stream = await EventStream.open(urlOf(to), `channels=${ORDERS}`, options);
    streams.push(stream);
    return stream;
  };
  /** Through A. */
  const buy = async (client: ApiClient): Promise<string> => {
    const { body, status } = await client.post<{ id: string }>('/api/orders', MARKET_ORDER);
    expect(status).toBe(201);
    return body.id;
  };
  const filled = (live: LiveClient | EventStream, id: string) =>
    live.next(ORDERS, (order) => order['id'] === id && order['status'] === 'filled');
  const versions = (messages: readonly LiveMessage[], id: string) =>
    messages.filter(({ data }) => data['id'] === id).map(({ data }) => data['version']);

  it('show an order that was placed on one to a socket of the other, step by step', async () => {
    const client = await trader();
    const live = await connect(b, client);
    const { epoch, seq } = await live.follow(ORDERS);
    await live.follow('trading.fills');
    const id = await buy(client);
    await filled(live, id);
    await live.next('trading.fills', ({ orderId }) => orderId === id);
    const messages = live.on(ORDERS);
    expect(versions(messages, id)).toEqual([1, 2]);
    expect(messages.map((message) => [message.epoch, message.seq])).toEqual([
      [epoch, seq + 1],
      [epoch, seq + 2],
    ]);
  });

  it('let a client that was on one go on at the other, without a gap and with nothing twice', async () => {
    const client = await trader();
    const before = await connect(b, client);
    await before.follow(ORDERS);
    const first = await buy(client);
    const last = await filled(before, first);
    before.close();
    const missed = await buy(client);
    const witness = await connect(b, client);
    // Both of its messages are out.
    await eventually(async () => {
      expect((await witness.follow(ORDERS)).seq).toBe(last.seq + 2);
    });
    const after = await connect(a, client);
    const answer = await after.follow(ORDERS, last);
    expect(answer.recovered).toBe(true);
    expect(answer.messages?.map(({ seq }) => seq)).toEqual([last.seq + 1, last.seq + 2]);
    expect(versions(answer.messages ?? [], missed)).toEqual([1, 2]);
    const next = await buy(client);
    await filled(after, next);
    expect(after.on(ORDERS).map(({ seq }) => seq)).toEqual([last.seq + 3, last.seq + 4]);
  });

  it('let a stream of events that was on one go on at the other', async () => {
    const client = await trader();
    const before = await openStream(b, client);
    const last = await filled(before, await buy(client));
    before.close();
    const missed = await buy(client);
    const after = await openStream(a, client, before.lastEventId);
    const next = await buy(client);
    await filled(after, next);
    expect(after.on(ORDERS, 'subscribed')).toMatchObject([{ recovered: true }]);
    expect(after.on(ORDERS, 'snapshot')).toEqual([]);
    const messages = after.on(ORDERS);
    expect(messages.map(({ seq }) => seq)).toEqual([1, 2, 3, 4].map((i) => last.seq + i));
    for (const id of [missed, next]) expect(versions(messages, id)).toEqual([1, 2]);
  });

  it('make one order of a hundred identical requests that come to both at once, and give one answer', async () => {
    const here = await trader();
    const there = new ApiClient(urlOf(b));
    there.token = here.token;
    const order = {
      ...MARKET_ORDER,
      type: 'limit',
      limitPrice: '1',
      client_order_id: 'sent-again',
    };
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, i) =>
        (i % 2 === 0 ? here : there).post<Order>('/api/orders', order),
      ),
    );
    // Whoever was first, and though the worker may have tried it meanwhile.
    const different = new Set(
      answers.map(({ status, body }) => `${status} ${JSON.stringify(body)}`),
    );
    expect([...different]).toEqual([`201 ${JSON.stringify(answers[0]?.body)}`]);
    const { body } = await there.get<Page<Order>>('/api/orders');
    expect(body.items.map(({ id }) => id)).toEqual([answers[0]?.body.id]);
    expect((await here.get<Account>('/api/account')).body.reservedCash).toBe('1');
    const { body: entries } = await here.get<Page<Activity>>('/api/account/activities');
    expect(entries.items.map(({ kind }) => kind)).toEqual(['hold', 'opening']);
  });

  it('close the sockets and streams of a session everywhere within a second of its end', async () => {
    const client = await trader();
    const live = await connect(b, client);
    await live.follow(ORDERS);
    const stream = await openStream(b, client);
    await stream.first('snapshot');
    expect((await client.post('/api/auth/logout')).status).toBe(204);
    await eventually(() => expect([live.connected, stream.ending]).toEqual([false, 'end']), {
      timeoutMs: 1_000,
    });
  });

  it('count the followers of a channel on both, and let go of one whose line is dead', async () => {
    const client = await trader();
    const channel = 'market.order-book:NVDA';
    const line = new TcpProxy(urlOf(b));
    await line.up();
    try {
      const behind = await LiveClient.connect(line.url.replace(/\/$/, ''), { token: client.token });
      sockets.push(behind);
      const [onA, onB] = [await connect(a, client), await connect(b, client)];
      for (const live of [behind, onA, onB]) await live.follow(channel);
      const counts = () =>
        Promise.all([onA, onB].map(async (live) => await live.ask('presence', { channel })));
      const both = (count: number) => [onA, onB].map(() => ({ ok: true, channel, count }));
      await eventually(async () => expect(await counts()).toEqual(both(3)));
      // It stays open, and nothing gets through any more: only silence tells.
      line.freeze();
      const frozenAtMs = performance.now();
      await eventually(async () => expect(await counts()).toEqual(both(2)));
      // And a count may be a second old.
      expect(performance.now() - frozenAtMs).toBeLessThan(2 * LIVE_PING_MS + 2_000);
      await eventually(() => expect(behind.connected).toBe(false));
      expect([onA.connected, onB.connected]).toEqual([true, true]);
    } finally {
      await line.down();
    }
  });

  it('send the clients of one that ends to the other, where they go on', async () => {
    // Of the one that stays.
    const client = await new ApiClient(urlOf(b)).register();
    const live = await connect(a, client);
    await live.follow(ORDERS);
    const first = await filled(live, await buy(client));
    a?.kill('SIGTERM');
    await eventually(() => expect(live.connected).toBe(false));
    expect(live.closing).toEqual({
      code: 'live.draining',
      detail: expect.any(String),
      retryAfterMs: expect.any(Number),
    });
    expect(live.closing?.retryAfterMs).toBeLessThan(5_000);
    const missed = await buy(client);
    const there = await connect(b, client);
    const answer = await there.follow(ORDERS, first);
    expect(answer.recovered).toBe(true);
    await filled(there, await buy(client));
    const all = [...(answer.messages ?? []), ...there.on(ORDERS)];
    expect(versions(all, missed)).toEqual([1, 2]);
    expect(all.map(({ seq }) => seq)).toEqual(all.map((_, i) => first.seq + 1 + i));
    expect(await a?.exited).toEqual({ code: 0, signal: null });
  });
});
