import fc from 'fast-check';
import { RecentNames } from './recent-names.js';
import { TagTable } from './tag-table.js';

const name = fc.constantFrom(...'abcdefgh');

describe('the names that were invalidated lately', () => {
  it.each([1, 3, 100])(
    'are never taken for clean by who looked before, however few are kept (%i)',
    (maxNames) => {
      fc.assert(
        fc.property(fc.array(name, { maxLength: 30 }), fc.nat(30), name, (marks, at, asked) => {
          const table = new TagTable();
          const recent = new RecentNames(table, maxNames);
          const [before, after] = [marks.slice(0, at), marks.slice(at)];
          for (const one of before) recent.mark(one);
          const since = table.tick;
          for (const one of after) recent.mark(one);
          if (after.includes(asked)) expect(recent.isClean(asked, since)).toBe(false);
          // Without need only what was forgotten in the meantime.
          else if (new Set(marks).size <= maxNames) expect(recent.isClean(asked, since)).toBe(true);
        }),
      );
    },
  );

  it('are all names once it is not known which', () => {
    const table = new TagTable();
    const recent = new RecentNames(table, 2);
    recent.mark('a');
    const since = table.tick;
    recent.markAll();
    expect([...'ab'].some((one) => recent.isClean(one, since))).toBe(false);
    expect([...'ab'].every((one) => recent.isClean(one, table.tick))).toBe(true);
  });

  it('leave clean who looks after the last of them', () => {
    const table = new TagTable();
    const recent = new RecentNames(table, 2);
    for (const one of 'abcdef') recent.mark(one);
    expect([...'abcdefgh'].every((one) => recent.isClean(one, table.tick))).toBe(true);
  });
});
