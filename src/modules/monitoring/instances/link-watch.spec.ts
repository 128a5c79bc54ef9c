import { LinkWatch } from './link-watch.js';

describe('the time that a link has been broken', () => {
  it('counts from the first sight of it, whichever way it is broken, until it is whole', () => {
    const watch = new LinkWatch();
    expect(watch.see('coherent', 0)).toBe(0);
    expect(watch.see('remote', 1_000)).toBe(0);
    expect(watch.see('detached', 31_000)).toBe(30_000);
    expect(watch.see('remote', 71_000)).toBe(70_000);
    expect(watch.see('coherent', 71_001)).toBe(0);
    expect(watch.see('remote', 80_000)).toBe(0);
  });

  it('is none for a process that has nobody to be linked to', () => {
    const watch = new LinkWatch();
    expect([watch.see('alone', 0), watch.see('alone', 90_000)]).toEqual([0, 0]);
  });

  it('fits its column, and is never negative, whatever the clock does', () => {
    const watch = new LinkWatch();
    watch.see('remote', 1_000);
    expect(watch.see('remote', 0)).toBe(0);
    expect(watch.see('remote', 1e13)).toBe(2 ** 31 - 1);
  });
});
