import fc from 'fast-check';
import type { Closing } from '../live-messages.js';
import { Frame } from '../streams/frame.js';
import { LiveClient } from './live-client.js';
import { BEHIND_BYTES, MAX_UNSENT_BYTES } from './sending-rule.js';

/** A client on a line that takes as much as the test says. */
class ClientOnLine extends LiveClient {
  isOpen = true;
  unsentBytes = 0;
  mostUnsentBytes = 0;
  closing: Closing | undefined;
  readonly written: Frame[] = [];

  constructor() {
    super(undefined, '192.0.2.1');
  }

  /** The line takes what waits. */
  take(bytes = Infinity): void {
    this.unsentBytes = Math.max(0, this.unsentBytes - bytes);
    this.drained();
  }

  override close(reason?: Closing): void {
    this.closing = reason;
    this.isOpen = false;
    this.ended();
  }

  protected override write(frame: Frame): void {
    this.written.push(frame);
    this.unsentBytes += Buffer.byteLength(frame.json);
    this.mostUnsentBytes = Math.max(this.mostUnsentBytes, this.unsentBytes);
  }
}

const frame = (channel: string, seq: number, isTransient: boolean, characters = 10) =>
  new Frame(
    'message',
    { channel, epoch: 'e', seq, ts: '', data: 'x'.repeat(characters) },
    isTransient,
  );
const seqsOn = (client: ClientOnLine, channel: string) =>
  client.written.filter((sent) => sent.channel === channel).map(({ body }) => body.seq);

describe('what waits for a client', () => {
  it('is one latest message of a transient channel once it is behind, and goes when it has caught up', () => {
    const client = new ClientOnLine();
    client.send(frame('quote:A', 1, true, BEHIND_BYTES));
    for (const seq of [2, 3, 4]) client.send(frame('quote:A', seq, true));
    client.send(frame('quote:B', 7, true));
    expect(seqsOn(client, 'quote:A')).toEqual([1]);
    client.take();
    expect(seqsOn(client, 'quote:A')).toEqual([1, 4]);
    expect(seqsOn(client, 'quote:B')).toEqual([7]);
    client.send(frame('quote:A', 5, true));
    expect(seqsOn(client, 'quote:A')).toEqual([1, 4, 5]);
  });

  it('is nothing of a channel that it does not follow any more', () => {
    const client = new ClientOnLine();
    client.send(frame('quote:A', 1, true, BEHIND_BYTES));
    client.send(frame('quote:A', 2, true));
    client.forget('quote:A');
    client.take();
    expect(seqsOn(client, 'quote:A')).toEqual([1]);
  });

  it('is every message of a durable channel, up to the bound; then it has to come back', () => {
    const client = new ClientOnLine();
    const half = MAX_UNSENT_BYTES / 2;
    for (const seq of [1, 2]) client.send(frame('orders', seq, false, half));
    expect(client.isOpen).toBe(true);
    client.send(frame('orders', 3, false));
    expect(client.closing?.code).toBe('live.too_slow');
    expect(seqsOn(client, 'orders')).toEqual([1, 2]);
  });

  it('never passes its bound, loses no durable message before the end, and ends with the latest of each transient', () => {
    const LARGEST = 100_000;
    const step = fc.oneof(
      fc.record({
        channel: fc.constantFrom('quote:A', 'quote:B', 'orders', 'fills'),
        characters: fc.integer({ min: 1, max: LARGEST }),
      }),
      fc.record({ takes: fc.integer({ min: 0, max: 2 * LARGEST }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 200 }), (steps) => {
        const client = new ClientOnLine();
        const last = new Map<string, number>();
        for (const step of steps) {
          if ('takes' in step) client.take(step.takes);
          else if (client.isOpen) {
            const seq = (last.get(step.channel) ?? 0) + 1;
            const isTransient = step.channel.startsWith('quote');
            client.send(frame(step.channel, seq, isTransient, step.characters));
            if (client.isOpen) last.set(step.channel, seq);
          }
        }
        expect(client.mostUnsentBytes).toBeLessThan(MAX_UNSENT_BYTES + LARGEST + 1_000);
        if (client.isOpen) {
          for (let left = 10; left > 0; left -= 1) client.take();
          expect(client.unsentBytes).toBeLessThan(BEHIND_BYTES + LARGEST + 1_000);
        }
        for (const [channel, seq] of last) {
          const seqs = seqsOn(client, channel);
          if (channel.startsWith('quote')) {
            expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
            if (client.isOpen) expect(seqs.at(-1)).toBe(seq);
          } else expect(seqs).toEqual(Array.from({ length: seq }, (_, i) => i + 1));
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('the requests of a client', () => {
  it('wait until it has taken what waits for it', async () => {
    const client = new ClientOnLine();
    client.unsentBytes = BEHIND_BYTES;
    let isThrough = false;
    const waiting = client.caughtUp().then(() => (isThrough = true));
    await Promise.resolve();
    expect(isThrough).toBe(false);
    client.take();
    await waiting;
  });

  it('end with it, when it takes nothing for 10 s', async () => {
    jest.useFakeTimers();
    const client = new ClientOnLine();
    client.unsentBytes = BEHIND_BYTES;
    const waiting = client.caughtUp();
    await jest.advanceTimersByTimeAsync(10_000);
    await waiting;
    expect(client.closing?.code).toBe('live.too_slow');
    jest.useRealTimers();
  });

  it('wait for a line that takes little, as long as it takes any', async () => {
    jest.useFakeTimers();
    const client = new ClientOnLine();
    client.unsentBytes = BEHIND_BYTES + 4;
    const waiting = client.caughtUp();
    for (const bytes of [1, 1, 1]) {
      client.take(bytes);
      await jest.advanceTimersByTimeAsync(10_000);
    }
    expect(client.isOpen).toBe(true);
    client.take(2);
    await waiting;
    await jest.advanceTimersByTimeAsync(20_000);
    expect(client.isOpen).toBe(true);
    jest.useRealTimers();
  });

  it('are answered one after the other, also when one fails', async () => {
    const client = new ClientOnLine();
    const order: string[] = [];
    const slow = client.inOrder(async () => {
      await Promise.resolve();
      order.push('first');
      throw new Error('refused');
    });
    const next = client.inOrder(async () => void order.push('second'));
    await expect(slow).rejects.toThrow('refused');
    await next;
    expect(order).toEqual(['first', 'second']);
  });
});
