import type { SharedTier } from '../store/shared-tier.js';
import { StoreGate } from '../store/store-gate.js';
import type { InvalidationDebts } from './invalidation-debts.js';
import { Telling } from './telling.js';

const CALL_TIMEOUT_MS = 40;
/** What a change waits for the store. */
const PATIENCE_MS = 300;

function tellingTo(gate: StoreGate) {
  const owe = jest.fn((_: readonly string[]) => Promise.resolve());
  const shared = { gate } as unknown as SharedTier;
  return { telling: new Telling(shared, { owe } as unknown as InvalidationDebts), owe };
}

describe('a change that the store is told of', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());
  const gate = () => new StoreGate(CALL_TIMEOUT_MS, () => undefined);
  const failed = (): Promise<never> => Promise.reject(new Error('cut'));

  it('is owed to it as soon as telling fails', async () => {
    const { telling, owe } = tellingTo(gate());
    await telling.tell('message', ['k'], failed);
    await jest.advanceTimersByTimeAsync(10 * PATIENCE_MS);
    expect(owe.mock.calls).toEqual([[['k']]]);
  });

  it('is owed once more after the last moment in which it may still arrive, if it is one that may', async () => {
    const { telling, owe } = tellingTo(gate());
    let untilMs = NaN;
    await telling.tellInTime('store', ['k'], (_, moment) => {
      untilMs = moment;
      return failed();
    });
    expect(untilMs - performance.now()).toBeCloseTo(PATIENCE_MS, -1);
    expect(owe).toHaveBeenCalledTimes(1);
    await jest.advanceTimersByTimeAsync(PATIENCE_MS);
    expect(owe).toHaveBeenCalledTimes(1);
    await jest.advanceTimersByTimeAsync(20);
    expect(owe.mock.calls).toEqual([[['k']], [['k']]]);
  });

  it('is owed once when it was waited for to its last moment, and never when it was told', async () => {
    const { telling, owe } = tellingTo(gate());
    const hanging = telling.tellInTime('store', ['k'], () => new Promise(() => undefined));
    await jest.advanceTimersByTimeAsync(PATIENCE_MS + 10);
    await hanging;
    await jest.advanceTimersByTimeAsync(10 * PATIENCE_MS);
    expect(owe).toHaveBeenCalledTimes(1);
    await telling.tellInTime('store', ['told'], () => Promise.resolve());
    await jest.advanceTimersByTimeAsync(10 * PATIENCE_MS);
    expect(owe).toHaveBeenCalledTimes(1);
  });
});
