import { nextLookMs } from './look-pace.js';

describe('the look of one who waits', () => {
  it('comes right after the lease of the holder, of the first in line first', () => {
    expect([0, 1, 2].map((ahead) => nextLookMs(1_000, ahead))).toEqual([1_050, 1_100, 1_150]);
  });

  it('is never more than two seconds away: some message may have been lost', () => {
    expect(nextLookMs(60_000, 0)).toBe(2_000);
    expect(nextLookMs(100, 900)).toBe(2_000);
  });

  it('does not become polling where leases are short, or over', () => {
    expect([100, 0, -5_000].map((leftMs) => nextLookMs(leftMs, 0))).toEqual([250, 250, 250]);
  });
});
