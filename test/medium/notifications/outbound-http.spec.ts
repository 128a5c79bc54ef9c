import { OutboundHttp } from '../../../src/modules/notifications/channels/outbound-http.js';
import { HttpStub } from '../../support/http-stub.js';

const guarded = new OutboundHttp({ notifications: { allowPrivateTargets: false } });
const local = new OutboundHttp({ notifications: { allowPrivateTargets: true } });
const message = { headers: {}, body: 'news' };

describe('a request to an address that a user has named', () => {
  let stub: HttpStub;

  beforeEach(async () => {
    stub = await HttpStub.start();
  });
  afterEach(() => stub.stop());

  it.each([
    ['127.0.0.1', 'https'],
    ['localhost', 'https'],
    ['[::1]', 'https'],
    ['[::ffff:127.0.0.1]', 'https'],
    ['0.0.0.0', 'https'],
    ['2130706433', 'https'],
    ['169.254.169.254', 'https'],
    ['10.0.0.1', 'https'],
    ['127.0.0.1', 'http'],
    ['example.com', 'http'],
  ])('never goes to %s by %s', async (host, scheme) => {
    const url = `${scheme}://${host}:${stub.port}/`;
    expect(await guarded.post(url, message)).toEqual({ kind: 'unanswered', why: 'refused' });
    expect(stub.connections).toBe(0);
  });

  it('is not sent on to where its answer points', async () => {
    stub.answer = ({ path }) =>
      path === '/' ? { status: 307, headers: { location: '/elsewhere' } } : { status: 200 };
    expect(await local.post(stub.url, message)).toMatchObject({ kind: 'answered', status: 307 });
    expect(stub.requests.map(({ path }) => path)).toEqual(['/']);
  });

  it('ends in time when there is no answer, or one line of it at a time', async () => {
    stub.answer = () => undefined;
    const silent = await local.post(stub.url, message, 100);
    expect(silent).toEqual({ kind: 'unanswered', why: 'timeout' });
    stub.answer = (_, { socket }) => {
      socket?.write('HTTP/1.1 200 OK\r\n');
      const drip = setInterval(() => socket?.write('x-slow: 1\r\n'), 20);
      socket?.once('close', () => clearInterval(drip));
      return undefined;
    };
    const dripping = await local.post(stub.url, message, 100);
    expect(dripping).toEqual({ kind: 'unanswered', why: 'timeout' });
  });

  it('ends when its receiver wants to speak another protocol', async () => {
    stub.answer = (_, { socket }) => {
      socket?.write(
        'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n',
      );
      return undefined;
    };
    const upgraded = await local.post(stub.url, message, 1_000);
    expect(upgraded).toEqual({ kind: 'unanswered', why: 'unreachable' });
  });

  it('does not read the answer, however long it is, but when to come again', async () => {
    stub.answer = (_, response) => {
      response.writeHead(429, { 'retry-after': '120' });
      response.write('x'.repeat(1_000_000));
      return undefined;
    };
    expect(await local.post(stub.url, message)).toEqual({
      kind: 'answered',
      status: 429,
      retryAfterMs: 120_000,
    });
  });

  it('says that nobody is there', async () => {
    const { url } = stub;
    await stub.stop();
    expect(await local.post(url, message)).toEqual({ kind: 'unanswered', why: 'unreachable' });
    stub = await HttpStub.start();
  });
});
