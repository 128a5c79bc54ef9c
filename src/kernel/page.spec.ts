import { newId } from './ids.js';
import { decodeCursor, encodeCursor, toPage } from './page.js';

describe('pages', () => {
  const rows = [{ id: newId() }, { id: newId() }, { id: newId() }];

  it('end with a cursor while there is more', () => {
    const page = toPage(rows, 2);
    expect(page.items).toEqual(rows.slice(0, 2));
    expect(decodeCursor(page.nextCursor ?? '')).toBe(rows[1]?.id);
  });

  it('end without one at the last row, and on nothing', () => {
    expect(toPage(rows, 3).nextCursor).toBeNull();
    expect(toPage([], 3)).toEqual({ items: [], nextCursor: null });
  });

  it.each(['', 'nonsense', encodeCursor("' or 1=1 --"), encodeCursor('17')])(
    'refuse the cursor "%s"',
    (cursor) => {
      expect(() => decodeCursor(cursor)).toThrow(
        expect.objectContaining({ code: 'request.bad_cursor' }),
      );
    },
  );
});
