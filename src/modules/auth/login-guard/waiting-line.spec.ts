import { WaitingLine } from './waiting-line.js';

const OPTIONS = { turnMs: 1_000, maxWaiting: 3, maxWaitingInAll: 5 };

describe('a waiting line', () => {
  let line: WaitingLine;
  let gone: string[];
  beforeEach(() => {
    jest.useFakeTimers();
    line = new WaitingLine(OPTIONS);
    gone = [];
  });
  afterEach(() => jest.useRealTimers());

  const enter = (name: string, group: string): boolean => {
    const turn = line.wait(name, group);
    void turn?.then(() => gone.push(group));
    return turn !== undefined;
  };

  it('lets one go on per turn, in the order in which they came', async () => {
    for (const group of ['a', 'b', 'c']) expect(enter('ada', group)).toBe(true);
    await jest.advanceTimersByTimeAsync(999);
    expect(gone).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(gone).toEqual(['a']);
    await jest.advanceTimersByTimeAsync(2_000);
    expect(gone).toEqual(['a', 'b', 'c']);
  });

  it('makes who comes again right after his turn wait a whole turn', async () => {
    for (let i = 1; i <= 3; i += 1) {
      expect(enter('ada', 'a')).toBe(true);
      await jest.advanceTimersByTimeAsync(1_000);
      expect(gone).toHaveLength(i);
    }
  });

  it('has one place for a group, and a place for others beside it', () => {
    expect(enter('ada', 'a')).toBe(true);
    for (let i = 0; i < 100; i += 1) expect(enter('ada', 'a')).toBe(false);
    expect(enter('ada', 'b')).toBe(true);
    expect(enter('bob', 'a')).toBe(true);
  });

  it('holds no more than its places, in one line and in all, and has them again after', async () => {
    const entered = ['a', 'b', 'c', 'd'].map((group) => enter('ada', group));
    expect(entered).toEqual([true, true, true, false]);
    expect(['a', 'b', 'c'].map((group) => enter('bob', group))).toEqual([true, true, false]);
    await jest.advanceTimersByTimeAsync(3_000);
    expect(enter('ada', 'd')).toBe(true);
    expect(enter('bob', 'c')).toBe(true);
  });
});
