import { checkConsumption } from './check-consumption.js';

describe('a consumption', () => {
  const policy = { name: 'x', limit: 1, windowMs: 1 };
  it.each([
    [{ ...policy, name: '' }, 1],
    [{ ...policy, limit: NaN }, 1],
    [{ ...policy, windowMs: Infinity }, 1],
    [{ ...policy, limit: 2_000_000_000 }, 1],
    [{ ...policy, blockMs: -1 }, 1],
    [{ ...policy, algorithm: 'leaky' as never }, 1],
    [{ ...policy, algorithm: 'token-bucket' as const, limit: 1e9, windowMs: 86_400_000 }, 1],
    [policy, -1],
  ])('of %j with cost %s is a mistake', (bad, cost) => {
    expect(() => checkConsumption(bad, cost)).toThrow(
      expect.objectContaining({ code: 'rate_limit.invalid' }),
    );
  });

  it('that makes sense is none', () => {
    expect(() => checkConsumption({ ...policy, limit: 1_000_000_000 }, 7)).not.toThrow();
  });
});
