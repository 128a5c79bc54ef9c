import { HEALTHY, isDown, withEnd, withRequest, type TargetHealth } from './target-health.js';

const after = (timeouts: number, nowMs = 0): TargetHealth => {
  let health = HEALTHY;
  for (let i = 0; i < timeouts; i += 1) health = withEnd(health, true, nowMs);
  return health;
};

describe('a target that does not answer in time', () => {
  it('is asked on until the third time in a row', () => {
    expect([1, 2, 3].map((timeouts) => isDown(after(timeouts)))).toEqual([false, false, true]);
    const answered = withEnd(after(2), false, 0);
    expect(isDown(withEnd(answered, true, 0))).toBe(false);
    expect(withRequest(after(2), 0)).toEqual(after(2));
  });

  it('rests then, and is tried with one request, which others wait for', () => {
    const down = after(3, 1_000);
    expect(withRequest(down, 30_999)).toBeUndefined();
    const trial = withRequest(down, 31_000);
    expect(trial).toBeDefined();
    // Its end is not known yet; a process that dies with it does not keep the target closed.
    expect(withRequest(trial ?? HEALTHY, 45_999)).toBeUndefined();
    expect(withRequest(trial ?? HEALTHY, 46_000)).toBeDefined();
  });

  it('rests twice as long each time, ten minutes at most, and not at all once it has answered', () => {
    const rests = [3, 4, 5, 6, 7, 8, 9, 2_000].map((timeouts) => after(timeouts).restsUntilMs);
    expect(rests).toEqual([30, 60, 120, 240, 480, 600, 600, 600].map((seconds) => seconds * 1_000));
    expect(withEnd(after(9), false, 0)).toEqual(HEALTHY);
  });
});
