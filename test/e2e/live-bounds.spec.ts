import { request } from 'node:http';
import { z } from 'zod';
import {
  ChannelRegistry,
  defineChannel,
  defineDurableChannel,
  LiveConnections,
  LivePublisher,
} from '../../src/realtime/index.js';
import { MAX_UNSENT_BYTES } from '../../src/realtime/clients/sending-rule.js';
import { SocketClient } from '../../src/realtime/sockets/socket-client.js';
import { AppError } from '../../src/kernel/app-error.js';
import { PubSub } from '../../src/redis/index.js';
import { eventually } from '../support/eventually.js';
import { newTrader, type ApiClient } from './support/api-client.js';
import { BACKENDS } from './support/backends.js';
import { startBourse, type Bourse } from './support/bourse.js';
import { LiveClient, type LiveMessage } from './support/live-client.js';

jest.setTimeout(60_000);

const ALLOWED = 'https://app.example.com';
const FOREIGN = 'https://evil.example.com';
const UNKNOWN = { ok: false, error: { code: 'live.unknown_channel' } };

const bigSchema = z.object({ i: z.number(), text: z.string() });
const latest = defineChannel({ name: 'test.latest', audience: 'signed-in', schema: bigSchema });
const every = defineDurableChannel({
  name: 'test.every',
  audience: 'signed-in',
  schema: bigSchema,
  durable: { keep: { messages: 500, ageMs: 60_000 }, snapshot: z.object({ count: z.number() }) },
});
const family = defineChannel({
  name: 'test.family',
  audience: 'public',
  parameter: /^\d{1,3}$/,
  schema: bigSchema,
});
const BIG = 'x'.repeat(128 * 1024);
/** More than two systems hold between them for one connection, some 10 MB; and no more than a client sleeps through. */
const MANY = 160;
/** From its publishing to a client that takes it, on a machine that is busy. */
const PROMPT_MS = 1_000;

describe('what a live connection may cost', () => {
  let bourse: Bourse;
  let trader: ApiClient;
  let published = 0;
  const sockets: LiveClient[] = [];

  beforeAll(async () => {
    const [, kind] = BACKENDS;
    if (kind === undefined) throw new Error('no backend with Redis');
    bourse = await startBourse(kind, { ALLOWED_ORIGINS: ALLOWED });
    trader = await bourse.trader();
    bourse.app.get(ChannelRegistry).declare(latest, async () => null);
    bourse.app.get(ChannelRegistry).declare(family, async () => null);
    bourse.app.get(ChannelRegistry).declare(every, async () => ({ count: published }));
  });
  beforeEach(() => (published = 0));
  afterEach(() => {
    jest.restoreAllMocks();
    sockets.splice(0).forEach((socket) => socket.close());
  });
  afterAll(() => bourse.close());

  const connect = async (auth: Record<string, unknown>, headers?: Record<string, string>) => {
    const live = await LiveClient.connect(bourse.url, auth, headers);
    sockets.push(live);
    return live;
  };
  const signedIn = () => connect({ token: trader.token });
  const publish = async (channel: typeof latest | typeof every) => {
    const data = { i: published, text: BIG };
    published += 1;
    await bourse.app.get(LivePublisher).publish(channel, {}, data);
  };
  const numbers = (messages: readonly LiveMessage[]) => messages.map(({ data }) => data['i']);
  const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);
  /** What has waited for a client at most, at any moment that somebody looked. */
  const watchUnsent = () => {
    const unsent = jest.spyOn(SocketClient.prototype, 'unsentBytes', 'get');
    return () => Math.max(...unsent.mock.results.map(({ value }) => Number(value)));
  };

  /** Publishes while one client takes nothing, until it is told to stop; the other one waits for no message. */
  const publishWhile = async (
    channel: typeof latest | typeof every,
    quick: LiveClient,
    goesOn: () => boolean,
  ) => {
    let slowestMs = 0;
    while (goesOn()) {
      const sentAt = performance.now();
      const i = published;
      await publish(channel);
      await quick.next(channel.name, (data) => data['i'] === i);
      slowestMs = Math.max(slowestMs, performance.now() - sentAt);
    }
    expect(numbers(quick.on(channel.name))).toEqual(upTo(published));
    expect(slowestMs).toBeLessThan(PROMPT_MS);
  };

  it('tells a slow client of a transient channel the latest, keeps none of the others, and delays nobody', async () => {
    const [slow, quick] = [await signedIn(), await signedIn()];
    for (const live of [slow, quick]) await live.follow(latest.name);
    const mostUnsent = watchUnsent();
    slow.pause();
    await publishWhile(latest, quick, () => published < MANY);
    expect(mostUnsent()).toBeLessThan(4 * BIG.length);
    slow.resume();
    await slow.next(latest.name, ({ i }) => i === MANY - 1);
    const seen = numbers(slow.on(latest.name));
    expect(seen.length).toBeLessThan(MANY);
    expect(seen).toEqual([...seen].sort((x, y) => Number(x) - Number(y)));
    expect(slow.connected).toBe(true);
  });

  it('closes a client that takes too little of a durable channel, which then goes on from where it is', async () => {
    const [slow, quick] = [await signedIn(), await signedIn()];
    for (const live of [slow, quick]) await live.follow(every.name);
    const connections = bourse.app.get(LiveConnections);
    // Those of tests before have gone.
    await eventually(() => expect(connections.open).toBe(2));
    const mostUnsent = watchUnsent();
    slow.pause();
    await publishWhile(every, quick, () => connections.open === 2 && published < MANY);
    expect(connections.open).toBe(1);
    expect(mostUnsent()).toBeLessThan(MAX_UNSENT_BYTES + 2 * BIG.length);
    slow.resume();
    await eventually(() => expect(slow.connected).toBe(false));
    const before = slow.on(every.name);
    expect(numbers(before)).toEqual(upTo(before.length));
    expect(before.length).toBeLessThan(published);

    const back = await signedIn();
    const answer = await back.follow(every.name, before.at(-1));
    expect(answer.recovered).toBe(true);
    // What it missed comes in parts, of which the answer is the first one.
    const first = answer.messages ?? [];
    expect(JSON.stringify(first).length).toBeLessThan(3 * BIG.length);
    await eventually(() =>
      expect(numbers([...before, ...first, ...back.on(every.name)])).toEqual(upTo(published)),
    );
    expect(mostUnsent()).toBeLessThan(MAX_UNSENT_BYTES + 2 * BIG.length);
  });

  it('refuses requests that come too fast, and closes the connection of who does not listen', async () => {
    const [flooding, calm] = [await signedIn(), await signedIn()];
    const ask = () => flooding.subscribe('trading.secrets');
    const granted = await Promise.all(Array.from({ length: 200 }, ask));
    for (const answer of granted) expect(answer).toMatchObject(UNKNOWN);
    const answers = await Promise.allSettled(Array.from({ length: 3_000 }, ask));
    const refused = answers.filter(
      (answer) =>
        answer.status === 'fulfilled' &&
        !answer.value.ok &&
        answer.value.error.code === 'live.too_many_requests',
    );
    expect(refused.length).toBeGreaterThanOrEqual(200);
    expect(flooding.closing?.code).toBe('live.too_many_requests');
    expect(flooding.connected).toBe(false);
    expect(await calm.subscribe('trading.orders')).toMatchObject({ ok: true });
  });

  it.each([
    ['20 channels to who does not say who it is', () => connect({}), 20],
    ['100 channels to who is signed in', () => signedIn(), 100],
  ])('gives %s over one connection', async (_, open, most) => {
    const live = await open();
    const member = (i: number) => live.subscribe(`${family.name}:${i}`);
    for (const answer of await Promise.all(upTo(most).map(member))) {
      expect(answer).toMatchObject({ ok: true });
    }
    expect(await member(most)).toMatchObject({
      ok: false,
      error: { code: 'live.too_many_channels' },
    });
    // One that it has is no other one, and one that it gives up makes room.
    expect(await member(0)).toMatchObject({ ok: true });
    await live.unsubscribe(`${family.name}:0`);
    expect(await member(most)).toMatchObject({ ok: true });
  });

  it('closes the connection of who sends more than 64 KB in one message', async () => {
    const [large, other] = [await signedIn(), await signedIn()];
    expect(await large.send({ channel: 'x'.repeat(60 * 1024) })).toMatchObject({
      error: { code: 'request.invalid' },
    });
    await expect(large.send({ channel: 'x'.repeat(66 * 1024) })).rejects.toThrow();
    expect(large.connected).toBe(false);
    expect(await other.subscribe('trading.orders')).toMatchObject({ ok: true });
  });

  it.each([
    ['namespaces that there are not', Array.from({ length: 10 }, (_, i) => `0/none-${i},`)],
    ['answers to nothing', Array.from({ length: 6_000 }, (_, i) => `3/live,${i}[]`)],
  ])('closes the connection of who goes on sending %s', async (_, packets) => {
    const [wild, calm] = [await signedIn(), await signedIn()];
    wild.sendPackets(...packets);
    await eventually(() => expect(wild.connected).toBe(false));
    expect(await calm.subscribe('trading.orders')).toMatchObject({ ok: true });
  });

  it('begins with all that a client asks for at once within the time of one, while Redis does not answer', async () => {
    const live = await signedIn();
    const away = jest
      .spyOn(bourse.app.get(PubSub), 'history')
      .mockRejectedValue(new AppError('unavailable', 'pubsub.unavailable', 'cut off'));
    const startedAtMs = performance.now();
    const durable = ['orders', 'fills', 'signals', 'positions', 'halts'];
    const channels = durable.map((name) => `trading.${name}`);
    const answers = await Promise.all(channels.map((channel) => live.follow(channel)));
    expect(performance.now() - startedAtMs).toBeLessThan(5_500);
    for (const answer of answers) expect(answer).toMatchObject({ recovered: false, epoch: '' });
    away.mockRestore();
    // Once it does, each begins anew with a place.
    await eventually(() => expect(live.snapshots).toHaveLength(channels.length), {
      timeoutMs: 15_000,
    });
    for (const { epoch } of live.snapshots) expect(epoch).not.toBe('');
  });

  describe('a page of another site', () => {
    /** How the server answers the request to change the protocol. */
    const upgrade = (origin: string) =>
      new Promise<number | undefined>((answered, failed) => {
        const asking = request(`${bourse.url}/socket.io/?EIO=4&transport=websocket`, {
          headers: {
            connection: 'Upgrade',
            upgrade: 'websocket',
            origin,
            'sec-websocket-version': '13',
            'sec-websocket-key': 'c29tZSBzaXh0ZWVuIGJ5dA==',
          },
        });
        asking.once('response', ({ statusCode }) => answered(statusCode));
        asking.once('upgrade', ({ statusCode }, connection) => {
          connection.destroy();
          answered(statusCode);
        });
        asking.once('error', failed).end();
      });
    const cookieOfSomebody = async () => {
      const answer = await bourse.client().post('/api/auth/register', newTrader());
      return answer.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '';
    };

    it.each([
      ['is refused before the protocol changes', FOREIGN, 400],
      ['is let in where it is allowed', ALLOWED, 101],
    ])('%s', async (_, origin, status) => {
      expect(await upgrade(origin)).toBe(status);
    });

    it('is let in with a token, and rides on no cookie', async () => {
      const cookie = await cookieOfSomebody();
      const own = await connect({}, { cookie });
      expect(await own.subscribe('trading.orders')).toMatchObject({ ok: true });
      const foreign = await connect({}, { cookie, origin: ALLOWED });
      expect(await foreign.subscribe('trading.orders')).toMatchObject(UNKNOWN);
      const withToken = await connect({ token: trader.token }, { origin: ALLOWED });
      expect(await withToken.subscribe('trading.orders')).toMatchObject({ ok: true });
    });
  });
});
