import type { SequencedMessage } from '../../redis/index.js';
import { PolledChannel } from './polled-channel.js';

const EVERY_MS = 1_000;

describe('a polled channel', () => {
  let figure: number;
  let asOf: number;
  let reads: number;
  let failures: unknown[];
  let sent: SequencedMessage[];
  let channel: PolledChannel;
  let read: () => Promise<unknown>;

  beforeEach(() => {
    jest.useFakeTimers();
    [figure, asOf, reads, failures, sent] = [1, 0, 0, [], []];
    read = async () => {
      reads += 1;
      return { figure, asOf };
    };
    channel = new PolledChannel(
      { bus: 'b', snapshot: () => read(), hasFailed: (error) => void failures.push(error) },
      { message: (message) => void sent.push(message), snapshot: () => undefined },
      { nowMs: () => 0 },
      { everyMs: EVERY_MS, noNews: ['asOf'] },
    );
  });
  afterEach(async () => {
    await channel.close();
    jest.useRealTimers();
  });

  it('is read once for all who begin together', async () => {
    const beginnings = await Promise.all([channel.begin(), channel.begin(), channel.begin()]);
    expect(reads).toBe(1);
    for (const beginning of beginnings) {
      expect(beginning).toMatchObject({ position: { seq: 1 }, snapshot: { figure: 1 } });
    }
  });

  it('says nothing when only its time has passed, and begins as of then', async () => {
    await channel.begin();
    sent.splice(0);
    asOf = 1;
    await jest.advanceTimersByTimeAsync(EVERY_MS);
    expect([reads, sent]).toEqual([2, []]);
    expect(await channel.begin()).toMatchObject({ position: { seq: 1 }, snapshot: { asOf: 1 } });
    figure = 2;
    await jest.advanceTimersByTimeAsync(EVERY_MS);
    expect(sent).toMatchObject([{ seq: 2, data: { figure: 2, asOf: 1 } }]);
  });

  it('tells what has changed, and nothing else', async () => {
    const { position } = await channel.begin();
    // To nobody: who begins is told by that.
    expect(sent.splice(0)).toMatchObject([{ seq: 1 }]);
    await jest.advanceTimersByTimeAsync(3 * EVERY_MS);
    expect(sent).toEqual([]);
    figure = 2;
    await jest.advanceTimersByTimeAsync(3 * EVERY_MS);
    expect(sent).toMatchObject([{ epoch: position.epoch, seq: 2, data: { figure: 2 } }]);
    expect(channel.after(position)).toMatchObject(sent);
    expect(channel.after(sent[0] as SequencedMessage)).toEqual([]);
  });

  it('waits for a slow reading, and goes on after one that failed', async () => {
    let finish: (data: unknown) => void = () => undefined;
    read = () => {
      reads += 1;
      return new Promise((resolve) => (finish = resolve));
    };
    await jest.advanceTimersByTimeAsync(5 * EVERY_MS);
    expect(reads).toBe(1);
    finish({ figure: 7 });
    await jest.advanceTimersByTimeAsync(0);
    expect(sent).toMatchObject([{ data: { figure: 7 } }]);
    read = () => Promise.reject(new Error('away'));
    await jest.advanceTimersByTimeAsync(EVERY_MS);
    expect(failures).toHaveLength(1);
    read = async () => ({ figure: 8 });
    await jest.advanceTimersByTimeAsync(EVERY_MS);
    expect(sent.at(-1)).toMatchObject({ data: { figure: 8 } });
  });

  it('reads no more once it is closed', async () => {
    await channel.close();
    await jest.advanceTimersByTimeAsync(5 * EVERY_MS);
    expect(reads).toBe(0);
  });
});
