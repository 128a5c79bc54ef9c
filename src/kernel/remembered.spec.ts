import { remembered } from './remembered.js';

describe('a remembered answer', () => {
  let nowMs = 0;
  const clock = () => nowMs;

  it('is asked for once while it is fresh, by all together', async () => {
    let asked = 0;
    const ask = remembered(100, async () => (asked += 1), clock);
    expect(await Promise.all([ask(), ask()])).toEqual([1, 1]);
    nowMs += 99;
    expect(await ask()).toBe(1);
    nowMs += 1;
    expect(await ask()).toBe(2);
  });

  it('is not asked for again while the question is under way, however long', async () => {
    let asked = 0;
    let give: (value: number) => void = () => undefined;
    const load = () => {
      asked += 1;
      return new Promise<number>((resolve) => (give = resolve));
    };
    const ask = remembered(100, load, clock);
    const first = ask();
    nowMs += 1_000;
    const second = ask();
    give(7);
    expect(await Promise.all([first, second])).toEqual([7, 7]);
    expect(asked).toBe(1);
  });

  it('is never an error', async () => {
    let asked = 0;
    const ask = remembered(
      100,
      async () => {
        asked += 1;
        if (asked === 1) throw new Error('away');
        return asked;
      },
      clock,
    );
    await expect(ask()).rejects.toThrow('away');
    expect(await ask()).toBe(2);
  });
});
