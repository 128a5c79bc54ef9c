import { z } from 'zod';
import { toPage } from '../kernel/page.js';
import { pageOf } from './page-query.js';

describe('the schema of a page', () => {
  const schema = pageOf(z.object({ id: z.string() }));
  const rows = [{ id: 'c' }, { id: 'b' }, { id: 'a' }];

  it.each([1, 2, 3])('describes what lists answer, %i at a time', (limit) => {
    const page = toPage(rows, limit);
    expect(schema.parse(page)).toEqual(page);
  });

  it.each([
    [{ items: rows }],
    [{ items: rows, nextCursor: 7 }],
    [{ items: [{ id: 1 }], nextCursor: null }],
    [{ nextCursor: null }],
  ])('is not met by %j', (answer) => {
    expect(schema.safeParse(answer).success).toBe(false);
  });
});
