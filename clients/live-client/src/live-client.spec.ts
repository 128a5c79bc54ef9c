import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, type Socket } from 'socket.io';
import { LiveClient, type LiveClientOptions, type LiveStatus } from './live-client.js';
import type { Answer } from './protocol.js';

type Request = { channel: string; from?: { epoch: string; seq: number } };
type Subscribe = (request: Request, socket: Socket) => Answer;

const ORDER = { channel: 'trading.orders', epoch: 'e', ts: '' };
const begins = (channel: string, seq = 0): Answer => ({
  ok: true,
  channel,
  epoch: 'e',
  seq,
  recovered: false,
  snapshot: { orders: [] },
});

/** A server that says what a test wants it to. */
class Script {
  readonly requests: Request[] = [];
  readonly handshakes: unknown[] = [];
  readonly sockets: Socket[] = [];
  subscribe: Subscribe = ({ channel }) => begins(channel);
  refuseHandshake: { code: string; detail: string } | undefined;
  readonly #http: HttpServer = createServer();
  readonly #io = new Server(this.#http, { transports: ['websocket'] });

  async listen(port = 0): Promise<string> {
    const live = this.#io.of('/live');
    live.use((socket, next) => {
      this.handshakes.push(socket.handshake.auth);
      const refusal = this.refuseHandshake;
      next(refusal && Object.assign(new Error(refusal.code), { data: refusal }));
    });
    live.on('connection', (socket) => {
      this.sockets.push(socket);
      socket.on('subscribe', (request: Request, answer: (answer: Answer) => void) => {
        this.requests.push(request);
        answer(this.subscribe(request, socket));
      });
      socket.on('unsubscribe', (_: Request, answer: (answer: unknown) => void) =>
        answer({ ok: true }),
      );
    });
    await new Promise<void>((resolve) => this.#http.listen(port, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    await this.#io.close();
  }
}

describe('the live client', () => {
  let script: Script;
  let url: string;
  let client: LiveClient | undefined;
  const statuses: LiveStatus[] = [];
  const told: unknown[] = [];
  const handlers = {
    onSnapshot: () => void told.push('snapshot'),
    onMessage: ({ id }: { id: string }) => void told.push(id),
    onLost: () => void told.push('lost'),
    onRefused: ({ code }: { code: string }) => void told.push(code),
  };

  beforeEach(async () => {
    statuses.length = 0;
    told.length = 0;
    script = new Script();
    url = await script.listen();
  });
  afterEach(async () => {
    client?.close();
    await script.close();
  });

  const start = (options: Partial<LiveClientOptions> = {}): LiveClient => {
    client = new LiveClient({
      url,
      backoff: { firstMs: 20, longestMs: 40 },
      onStatus: (status) => statuses.push(status),
      ...options,
    });
    return client;
  };
  const until = async (isTrue: () => boolean): Promise<void> => {
    for (const endMs = Date.now() + 10_000; !isTrue();) {
      if (Date.now() > endMs) throw new Error(`never: ${JSON.stringify({ told, statuses })}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const states = () => statuses.map(({ state }) => state);

  it('asks again for what follows on the last message it was told, and for nothing else', async () => {
    script.subscribe = ({ channel, from }, socket) => {
      const seq = from?.seq ?? 0;
      // In the same breath as the answer.
      for (const next of [seq + 1, seq + 2]) {
        setImmediate(() =>
          socket.emit('message', { ...ORDER, seq: next, data: { id: `${next}` } }),
        );
      }
      if (from === undefined) return begins(channel);
      return { ok: true, channel, epoch: 'e', seq, recovered: true, messages: [] };
    };
    start().follow('trading.orders', handlers);
    await until(() => told.length === 3);
    script.sockets[0]?.conn.close();
    await until(() => told.length === 5);
    expect(told).toEqual(['snapshot', '1', '2', '3', '4']);
    expect(script.requests).toEqual([
      { channel: 'trading.orders' },
      { channel: 'trading.orders', from: { epoch: 'e', seq: 2 } },
    ]);
    expect(states()).toEqual(['connecting', 'connected', 'waiting', 'connecting', 'connected']);
  });

  it('takes messages that come in the same packet as the answer', async () => {
    script.subscribe = ({ channel }, socket) => {
      process.nextTick(() => socket.emit('message', { ...ORDER, seq: 1, data: { id: '1' } }));
      return begins(channel);
    };
    start().follow('trading.orders', handlers);
    await until(() => told.length === 2);
    expect(script.requests).toHaveLength(1);
  });

  it('asks again when a message is missing, and shows nothing twice', async () => {
    script.subscribe = ({ channel, from }, socket) => {
      if (from) {
        const messages = [1, 2, 3].map((seq) => ({ ...ORDER, seq, data: { id: `${seq}` } }));
        return { ok: true, channel, epoch: 'e', seq: 3, recovered: true, messages };
      }
      setImmediate(() => socket.emit('message', { ...ORDER, seq: 3, data: { id: '3' } }));
      return begins(channel);
    };
    start().follow('trading.orders', handlers);
    await until(() => told.length === 4);
    expect(told).toEqual(['snapshot', '1', '2', '3']);
  });

  it('asks later for what its handlers cannot take', async () => {
    const total = 12;
    let gate: () => void = () => undefined;
    const open = new Promise<void>((resolve) => (gate = resolve));
    const all = Array.from({ length: total }, (_, i) => ({
      ...ORDER,
      seq: i + 1,
      data: { id: `${i + 1}` },
    }));
    script.subscribe = ({ channel, from }, socket) => {
      if (from) {
        const messages = all.filter(({ seq }) => seq > from.seq);
        return { ok: true, channel, epoch: 'e', seq: total, recovered: true, messages };
      }
      setImmediate(() => all.forEach((message) => socket.emit('message', message)));
      return begins(channel);
    };
    start({ capacity: 3 }).follow('trading.orders', {
      ...handlers,
      onMessage: async ({ id }) => {
        await open;
        told.push(id);
      },
    });
    await until(() => script.requests.length === 1 && told.length === 1);
    gate();
    await until(() => told.length === total + 1);
    expect(told).toEqual(['snapshot', ...all.map(({ data }) => data.id)]);
    expect(script.requests[1]?.from?.seq).toBeLessThan(total);
  });

  it('comes back when the server said that it should', async () => {
    start().follow('trading.orders', handlers);
    await until(() => told.length === 1);
    const [socket] = script.sockets;
    socket?.emit('closing', { code: 'live.draining', detail: 'ends', retryAfterMs: 123 });
    socket?.disconnect(true);
    await until(() => script.sockets.length === 2);
    expect(statuses).toContainEqual({
      state: 'waiting',
      retryInMs: 123,
      reason: expect.objectContaining({ code: 'live.draining' }),
    });
  });

  it('waits longer and longer for a server that is away, and takes up all when it is back', async () => {
    const port = Number(new URL(url).port);
    await script.close();
    start().follow('trading.orders', handlers);
    await until(() => statuses.filter(({ state }) => state === 'waiting').length >= 3);
    const waits = statuses.flatMap((status) => ('retryInMs' in status ? [status.retryInMs] : []));
    expect(Math.max(...waits)).toBeLessThanOrEqual(40);
    expect(waits[1]).toBeGreaterThanOrEqual(20);
    script = new Script();
    await script.listen(port);
    await until(() => told.length === 1);
    expect(script.requests).toEqual([{ channel: 'trading.orders' }]);
  });

  it('gives up when it is not let in, and says so', async () => {
    script.refuseHandshake = { code: 'auth.unauthenticated', detail: 'no' };
    start({ token: 'old' });
    await until(() => states().includes('refused'));
    expect(statuses.at(-1)).toEqual({ state: 'refused', reason: script.refuseHandshake });
    expect(script.handshakes).toEqual([{ token: 'old' }]);
  });

  it('asks for the token before each connection', async () => {
    let count = 0;
    start({ token: async () => `t${(count += 1)}` });
    await until(() => script.sockets.length === 1);
    script.sockets[0]?.conn.close();
    await until(() => script.sockets.length === 2);
    expect(script.handshakes).toEqual([{ token: 't1' }, { token: 't2' }]);
  });

  it('tries again where the token cannot be told', async () => {
    const errors: unknown[] = [];
    let isAway = true;
    const token = async () => {
      if (isAway) throw new Error('away');
      return 'mine';
    };
    start({ token, onError: (error) => (isAway = errors.push(error) < 2) });
    await until(() => states().includes('connected'));
    expect(errors).toMatchObject([{ message: 'away' }, { message: 'away' }]);
    expect(script.handshakes).toEqual([{ token: 'mine' }]);
  });

  it('hears that a channel is refused, and asks again where that may pass', async () => {
    const codes = ['live.unavailable', 'cache.load_timeout', 'live.unknown_channel'];
    script.subscribe = () => ({ ok: false, error: { code: codes.shift() ?? '', detail: '' } });
    start().follow('trading.orders', handlers);
    await until(() => told.length > 0);
    expect(told).toEqual(['live.unknown_channel']);
    expect(script.requests).toHaveLength(3);
  });

  it('tells nothing more of what is not followed any more', async () => {
    const follow = start().follow('trading.orders', handlers);
    await until(() => told.length === 1);
    follow.stop();
    script.sockets[0]?.emit('message', { ...ORDER, seq: 1, data: { id: '1' } });
    client?.follow('trading.fills', { ...handlers, onSnapshot: () => void told.push('fills') });
    await until(() => told.includes('fills'));
    expect(told).toEqual(['snapshot', 'fills']);
    expect(() => client?.follow('trading.fills', handlers as never)).toThrow('followed already');
  });

  it('ends for good when it is closed', async () => {
    start().follow('trading.orders', handlers);
    await until(() => told.length === 1);
    client?.close();
    client?.close();
    expect(states().filter((state) => state === 'closed')).toHaveLength(1);
    expect(() => client?.follow('trading.fills', handlers as never)).toThrow('closed');
    await until(() => script.sockets[0]?.connected === false);
    expect(states().at(-1)).toBe('closed');
  });
});
