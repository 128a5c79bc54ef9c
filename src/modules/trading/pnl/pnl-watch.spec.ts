import { namedInPages, Watchers } from './pnl-watch.js';

describe('Watchers', () => {
  it('remembers who was named for five seconds', () => {
    const watchers = new Watchers();
    watchers.hear(['ann'], 0);
    watchers.hear(['bob'], 3_000);
    expect([...watchers.now(4_999)]).toEqual(['ann', 'bob']);
    expect([...watchers.now(5_000)]).toEqual(['bob']);
    watchers.hear(['bob'], 7_000);
    expect([...watchers.now(11_999)]).toEqual(['bob']);
    expect([...watchers.now(12_000)]).toEqual([]);
  });

  it('serves each in turn, however many there are, and who is named again no sooner', () => {
    const watchers = new Watchers();
    watchers.hear(['ann', 'bob', 'cy'], 0);
    expect(watchers.next(2)).toEqual(['ann', 'bob']);
    watchers.hear(['dee', 'ann', 'bob', 'cy'], 1_000);
    expect(watchers.next(2)).toEqual(['cy', 'ann']);
    expect(watchers.next(2)).toEqual(['bob', 'dee']);
    expect(watchers.next(9)).toEqual(['cy', 'ann', 'bob', 'dee']);
  });
});

describe('what an instance says about who watches', () => {
  const users = Array.from({ length: 401 }, (_, at) => `user-${at}`);

  it('names all of them, each once, in messages of at most 200', () => {
    const pages = namedInPages([...users, 'user-7']);
    expect(pages.map((page) => page.length)).toEqual([200, 200, 1]);
    expect(pages.flat()).toEqual(users);
  });

  it('is nothing where nobody does', () => {
    expect(namedInPages([])).toEqual([]);
  });
});
