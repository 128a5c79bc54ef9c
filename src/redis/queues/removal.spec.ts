import { inBatches, REMOVAL_MS } from './removal.js';

describe('a removal', () => {
  /** Of `total` jobs, a hundred at a time; each batch takes `takesMs`. */
  const backlog = (total: number, takesMs: number) => {
    let [left, now] = [total, 0];
    const removeBatch = async () => {
      const removed = Math.min(100, left);
      left -= removed;
      now += takesMs;
      return { removed, more: left > 0 };
    };
    return { remove: () => inBatches(removeBatch, () => now), removeBatch };
  };

  it('removes everything where that is soon done', async () => {
    expect(await backlog(450, 10).remove()).toEqual({ removed: 450, more: false });
    expect(await backlog(0, 10).remove()).toEqual({ removed: 0, more: false });
  });

  it('ends when its time is over and says that more is left, until a later one has the rest', async () => {
    const { remove } = backlog(1_000, REMOVAL_MS / 4);
    expect(await remove()).toEqual({ removed: 400, more: true });
    expect(await remove()).toEqual({ removed: 400, more: true });
    expect(await remove()).toEqual({ removed: 200, more: false });
  });

  it('says what was removed before the backend failed, and that nothing was', async () => {
    let calls = 0;
    const failing = (after: number) => () =>
      inBatches(async () => {
        if ((calls += 1) > after) throw new Error('away');
        return { removed: 100, more: true };
      });
    expect(await failing(2)()).toEqual({ removed: 200, more: true });
    calls = 0;
    await expect(failing(0)()).rejects.toThrow('away');
  });
});
