import { Watchers } from './pnl-watch.js';

describe('Watchers', () => {
  it('remembers who was named for five seconds', () => {
    const watchers = new Watchers(10);
    watchers.hear(['ann'], 0);
    watchers.hear(['bob'], 3_000);
    expect(watchers.now(4_999)).toEqual(['ann', 'bob']);
    expect(watchers.now(5_000)).toEqual(['bob']);
    watchers.hear(['bob'], 7_000);
    expect(watchers.now(11_999)).toEqual(['bob']);
    expect(watchers.now(12_000)).toEqual([]);
  });

  it('never holds more than its limit, and keeps who is there already', () => {
    const watchers = new Watchers(2);
    watchers.hear(['ann', 'bob', 'cy'], 0);
    expect(watchers.now(0)).toEqual(['ann', 'bob']);
    watchers.hear(['cy', 'bob'], 4_000);
    watchers.hear(['cy'], 5_000);
    expect(watchers.now(5_000)).toEqual(['bob', 'cy']);
  });
});
