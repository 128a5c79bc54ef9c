import { elapsedMs } from './moment.js';

describe('the time since a moment', () => {
  const since = { monotonicMs: 1_000, wallMs: 50_000 };

  it.each([
    ['both clocks agree', { monotonicMs: 1_250, wallMs: 50_250 }, 250],
    ['the machine slept, and one clock with it', { monotonicMs: 1_001, wallMs: 80_000 }, 30_000],
    ['the wall clock was set back', { monotonicMs: 1_250, wallMs: 40_000 }, 250],
  ])('is what has passed for certain when %s', (_, now, expected) => {
    expect(elapsedMs(since, now)).toBe(expected);
  });
});
