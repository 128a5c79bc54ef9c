import { LeaseKeeper } from './lease-keeper.js';
import { moment } from './moment.js';

const TTL_MS = 900;

describe('the lease keeper', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('extends at a third of the lease, for as long as it is not stopped', async () => {
    const extend = jest.fn(async () => true);
    const keeper = new LeaseKeeper(TTL_MS, moment(), extend);
    await jest.advanceTimersByTimeAsync(299);
    expect(extend).toHaveBeenCalledTimes(0);
    await jest.advanceTimersByTimeAsync(10 * TTL_MS);
    expect(extend).toHaveBeenCalledTimes(30);
    expect(keeper.signal.aborted).toBe(false);
    keeper.end();
    await jest.advanceTimersByTimeAsync(10 * TTL_MS);
    expect(extend).toHaveBeenCalledTimes(30);
    expect(keeper.signal.aborted).toBe(false);
  });

  it('raises its signal at once when the lease is another’s', async () => {
    const keeper = new LeaseKeeper(TTL_MS, moment(), async () => false);
    await jest.advanceTimersByTimeAsync(301);
    expect(keeper.signal.aborted).toBe(true);
    expect(keeper.signal.reason).toMatchObject({ code: 'lock.lost' });
  });

  it('tries again while it cannot ask, and raises its signal before the lease can have ended', async () => {
    const extend = jest.fn(() => Promise.reject(new Error('no answer')));
    const keeper = new LeaseKeeper(TTL_MS, moment(), extend);
    await jest.advanceTimersByTimeAsync(TTL_MS * 0.9 - 1);
    expect(extend.mock.calls.length).toBeGreaterThan(3);
    expect(keeper.signal.aborted).toBe(false);
    await jest.advanceTimersByTimeAsync(2);
    expect(keeper.signal.aborted).toBe(true);
  });

  it('counts from when the answered request was sent, not from its answer', async () => {
    // Every answer takes 500 ms: the lease is younger on the server than it seems here.
    const extend = jest.fn(
      () => new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 500)),
    );
    const keeper = new LeaseKeeper(TTL_MS, moment(), extend);
    await jest.advanceTimersByTimeAsync(300 + 500);
    expect(keeper.signal.aborted).toBe(false);
    extend.mockImplementation(() => new Promise(() => undefined));
    await jest.advanceTimersByTimeAsync(300 + TTL_MS * 0.9 - 800 + 1);
    expect(keeper.signal.aborted).toBe(true);
  });

  it('goes on after an answer that came in time', async () => {
    const extend = jest.fn<Promise<boolean>, []>(async () => true);
    extend.mockRejectedValueOnce(new Error('no answer'));
    const keeper = new LeaseKeeper(TTL_MS, moment(), extend);
    await jest.advanceTimersByTimeAsync(5 * TTL_MS);
    expect(keeper.signal.aborted).toBe(false);
    keeper.end();
  });

  it('does not raise its signal for an acquisition that took nearly all of the lease, but at once for one that took more', () => {
    const extend = async (): Promise<boolean> => true;
    const sentBefore = (ms: number) => {
      const { monotonicMs, wallMs } = moment();
      return { monotonicMs: monotonicMs - ms, wallMs: wallMs - ms };
    };
    expect(new LeaseKeeper(TTL_MS, sentBefore(800), extend).signal.aborted).toBe(false);
    expect(new LeaseKeeper(TTL_MS, sentBefore(850), extend).signal.aborted).toBe(true);
  });

  it('knows of a pause of the process before any timer does, and does not extend what it has lost', async () => {
    const extend = jest.fn(async () => true);
    const keeper = new LeaseKeeper(TTL_MS, moment(), extend);
    const { signal } = keeper;
    const told = jest.fn();
    signal.addEventListener('abort', told);
    // No timer has its turn in between.
    jest.setSystemTime(Date.now() + TTL_MS);
    expect(signal.aborted).toBe(false);
    expect(() => keeper.throwIfLost()).toThrow(expect.objectContaining({ code: 'lock.lost' }));
    expect(signal.aborted).toBe(true);
    expect(told).toHaveBeenCalledTimes(1);
    await jest.advanceTimersByTimeAsync(2 * TTL_MS);
    expect(extend).not.toHaveBeenCalled();
  });

  it('does not extend, but gives up, when its timer comes too late', async () => {
    const extend = jest.fn(async () => true);
    const keeper = new LeaseKeeper(TTL_MS, moment(), extend);
    const told = jest.fn();
    keeper.signal.addEventListener('abort', told);
    jest.setSystemTime(Date.now() + TTL_MS);
    await jest.advanceTimersByTimeAsync(301);
    expect(told).toHaveBeenCalledTimes(1);
    expect(extend).not.toHaveBeenCalled();
  });

  it('answers no for a lease that was given back, and tells nobody', () => {
    const keeper = new LeaseKeeper(TTL_MS, moment(), async () => true);
    const { signal } = keeper;
    keeper.throwIfLost();
    keeper.end();
    expect(() => keeper.throwIfLost()).toThrow(expect.objectContaining({ code: 'lock.lost' }));
    expect(signal.aborted).toBe(false);
  });
});
