import { Logger } from '@nestjs/common';
import { Deferred } from '../../../../test/support/deferred.js';
import { BackgroundRefresh } from './background-refresh.js';

const RETRY_AFTER_MS = 5_000;

describe('a refresh behind its readers', () => {
  let refreshes: BackgroundRefresh;
  beforeEach(() => {
    jest.useFakeTimers();
    jest.spyOn(Logger.prototype, 'warn').mockReturnValue(undefined);
    refreshes = new BackgroundRefresh('test');
  });
  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  const settled = (): Promise<void> => jest.advanceTimersByTimeAsync(0);

  it('runs once at a time per key', async () => {
    const source = new Deferred<void>();
    const [one, again, other] = [jest.fn(() => source.promise), jest.fn(), jest.fn()];
    refreshes.run('k', one);
    refreshes.run('k', again);
    refreshes.run('other', async () => void other());
    expect([one, again, other].map(({ mock }) => mock.calls.length)).toEqual([1, 0, 1]);
    source.resolve();
    await settled();
    refreshes.run('k', async () => void again());
    expect(again).toHaveBeenCalledTimes(1);
  });

  it('runs for so many keys at a time, and leaves further ones to a later reader', async () => {
    const source = new Deferred<void>();
    const load = jest.fn(() => source.promise);
    for (let i = 0; i < 150; i += 1) refreshes.run(`k${i}`, load);
    expect(load).toHaveBeenCalledTimes(100);
    source.resolve();
    await settled();
    refreshes.run('k149', load);
    expect(load).toHaveBeenCalledTimes(101);
  });

  it('leaves the source alone for a while after it failed, and keeps its error to itself', async () => {
    const load = jest.fn(() => Promise.reject(new Error('source is down')));
    refreshes.run('k', load);
    await settled();
    expect(refreshes.failedLately('k')).toBe(true);
    expect(refreshes.failedLately('other')).toBe(false);
    refreshes.run('k', load);
    await jest.advanceTimersByTimeAsync(RETRY_AFTER_MS - 1);
    refreshes.run('k', load);
    expect(load).toHaveBeenCalledTimes(1);
    await jest.advanceTimersByTimeAsync(2);
    expect(refreshes.failedLately('k')).toBe(false);
    refreshes.run('k', load);
    expect(load).toHaveBeenCalledTimes(2);
    await settled();
  });

  it('takes what fails before it begins for a failure as well', async () => {
    refreshes.run('k', () => {
      throw new Error('no key');
    });
    await settled();
    expect(refreshes.failedLately('k')).toBe(true);
  });

  it('holds a failure that another saw against the source, until a refresh succeeds', async () => {
    const source = new Deferred<void>();
    refreshes.run('k', () => source.promise);
    refreshes.rememberFailure('k', new Error('source is down'));
    expect(refreshes.failedLately('k')).toBe(true);
    source.resolve();
    await settled();
    expect(refreshes.failedLately('k')).toBe(false);
  });

  it('remembers failures of so many keys only', () => {
    for (let i = 0; i < 2_000; i += 1) refreshes.rememberFailure(`k${i}`, new Error('down'));
    expect(refreshes.failedLately('k0')).toBe(false);
    expect(refreshes.failedLately('k1999')).toBe(true);
  });
});
