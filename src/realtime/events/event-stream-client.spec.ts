import { connect, type AddressInfo, type Socket } from 'node:net';
import { fastify, type FastifyInstance } from 'fastify';
import { eventually } from '../../../test/support/eventually.js';
import { BEHIND_BYTES } from '../clients/sending-rule.js';
import { Frame } from '../streams/frame.js';
import { EventStreamClient } from './event-stream-client.js';
import { StreamPlaces } from './stream-places.js';

const frame = (seq: number, isTransient: boolean, characters = 10) =>
  new Frame(
    'message',
    { channel: 'c', epoch: 'e', seq, ts: '', data: 'x'.repeat(characters) },
    isTransient,
  );

/** Real connections: what waits where is the system's business, and the point. */
describe('a stream of events', () => {
  let server: FastifyInstance;
  let streams: EventStreamClient[];
  let line: Socket;
  let read: string;

  beforeEach(async () => {
    streams = [];
    read = '';
    server = fastify();
    server.get('/', (_request, reply) => {
      const stream = new EventStreamClient(reply, undefined, '192.0.2.1', new StreamPlaces());
      streams.push(stream);
      stream.begin();
    });
    await server.listen({ port: 0, host: '127.0.0.1' });
    line = connect((server.server.address() as AddressInfo).port, '127.0.0.1');
    line.on('error', () => undefined);
    line.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  });
  afterEach(async () => {
    jest.useRealTimers();
    line.destroy();
    await server.close();
  });

  /** @param reads false: what it is sent stays in the buffers of the system, and then waits. */
  const open = async (reads: boolean): Promise<EventStreamClient> => {
    if (reads) line.on('data', (data) => (read += data.toString()));
    return eventually(() => {
      const [stream] = streams;
      if (stream === undefined) throw new Error('no stream yet');
      return stream;
    });
  };

  it('ends a client that takes no durable messages, and keeps nothing for it', async () => {
    const stream = await open(false);
    let isClosed = false;
    stream.onClosed(() => (isClosed = true));
    let seq = 0;
    for (; stream.isOpen && seq < 1_000; seq += 1) {
      stream.send(frame(seq, false, 100_000));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(stream.isOpen).toBe(false);
    expect(isClosed).toBe(true);
    // It says no goodbye: the connection is cut off all the same.
    await eventually(() => expect(stream.unsentBytes).toBe(0));
  });

  it('keeps one message of a transient channel for a client that is behind, and goes on when it reads', async () => {
    const stream = await open(false);
    let seq = 0;
    while (stream.unsentBytes < BEHIND_BYTES) {
      stream.send(frame((seq += 1), true, 100_000));
      await new Promise((resolve) => setImmediate(resolve));
    }
    const before = stream.unsentBytes;
    for (let i = 0; i < 10; i += 1) stream.send(frame((seq += 1), true));
    expect(stream.unsentBytes).toBe(before);
    line.on('data', (data) => (read = (read + data.toString()).slice(-1_000)));
    await eventually(() => expect(read).toContain(`"seq":${seq},`));
    expect(stream.isOpen).toBe(true);
  });

  it('lets its client know that it is there, and ends one that has not taken that twice', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'setTimeout', 'Date'] });
    const stream = await open(true);
    for (const beats of [1, 2, 3]) {
      jest.advanceTimersByTime(10_000);
      await eventually(() => expect(read.split('\r\n:\n\n')).toHaveLength(beats + 1));
    }
    line.pause();
    while (stream.unsentBytes < BEHIND_BYTES) {
      stream.send(frame(1, true, 100_000));
      await new Promise((resolve) => setImmediate(resolve));
    }
    jest.advanceTimersByTime(20_000);
    expect(stream.isOpen).toBe(true);
    jest.advanceTimersByTime(10_000);
    expect(stream.isOpen).toBe(false);
  });

  it('says why it ends, and when to come back, in words that browsers understand', async () => {
    const stream = await open(true);
    stream.close({ code: 'live.draining', detail: 'ends', retryAfterMs: 4_321 });
    await eventually(() => expect(line.destroyed || line.readableEnded).toBe(true));
    expect(read).toContain(
      'retry: 4321\nevent: closing\ndata: {"code":"live.draining","detail":"ends","retryAfterMs":4321}\n\n',
    );
  });

  it('has left when its client has', async () => {
    const stream = await open(true);
    line.destroy();
    await eventually(() => expect(stream.isOpen).toBe(false));
    stream.send(frame(1, false));
    stream.close();
  });
});
