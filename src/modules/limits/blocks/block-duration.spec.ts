import { DAY_MS, MINUTE_MS } from '../../../kernel/duration.js';
import { nextBlock } from './block-duration.js';

describe('a block for abuse', () => {
  it('is longer each time, up to a day', () => {
    let nowMs = 0;
    let earlier: ReturnType<typeof nextBlock> | undefined;
    const minutes: number[] = [];
    for (let i = 0; i < 8; i += 1) {
      earlier = nextBlock(earlier, nowMs);
      minutes.push((earlier.endsAtMs - nowMs) / MINUTE_MS);
      nowMs = earlier.endsAtMs;
    }
    expect(minutes).toEqual([5, 20, 80, 320, 1_280, 1_440, 1_440, 1_440]);
  });

  it('is a first one again, a day after the last has ended', () => {
    const earlier = { level: 4, endsAtMs: 1_000 };
    expect(nextBlock(earlier, 1_000 + DAY_MS - 1).level).toBe(5);
    expect(nextBlock(earlier, 1_000 + DAY_MS).level).toBe(1);
  });

  it('has an end, however often there was one before', () => {
    expect(nextBlock({ level: 10_000, endsAtMs: 0 }, 0).endsAtMs).toBe(DAY_MS);
  });
});
