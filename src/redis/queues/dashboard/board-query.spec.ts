import { assertBoardQuery } from './board-query.js';

describe('a query of the dashboard', () => {
  it.each([
    {},
    { activeQueue: 'mail', status: 'waiting-children', page: '1', jobsPerPage: '100' },
    { activeQueue: '', status: '', page: '', jobsPerPage: '' },
    { activeQueue: 'a%2Fb', status: 'latest', page: '1000000', root: 'node', depth: '3' },
  ])('is let through: %j', (query) => {
    expect(() => assertBoardQuery(query)).not.toThrow();
  });

  it.each([
    { page: '1e30' },
    { page: '1000001' },
    { page: 'Infinity' },
    { page: ['1', '2'] },
    { jobsPerPage: '101' },
    { jobsPerPage: '1000000000' },
    { status: '\0' },
    { status: 'Failed"' },
    { status: ['failed', 'failed'] },
    { activeQueue: '%' },
    { activeQueue: '%E0%A4' },
    { activeQueue: 'x'.repeat(1_001) },
    { queueName: '%' },
  ])('is refused with a code: %j', (query) => {
    expect(() => assertBoardQuery(query)).toThrow(
      expect.objectContaining({ kind: 'invalid', code: 'queue.invalid_query' }),
    );
  });
});
