import { isBelow } from './guarded-path.js';

const BASE = '/admin/queues';

describe('isBelow', () => {
  it.each([
    '/admin/queues',
    '/admin/queues/',
    '/admin/queues?page=1',
    '/admin/queues#top',
    '/admin/queues/api/queues',
    '/Admin/QUEUES/api',
    '//admin//queues//api',
    '/%61dmin/queues',
    '/admin%2Fqueues',
    '/admin%2fqueues/api',
    '/admin/%2e/queues',
    '/admin/./queues',
    '/x/../admin/queues',
    '/x/%2e%2e/admin/queues',
    '/admin/queues/..;/queues',
    '/admin/queues;session=1',
    '/admin;a=b/queues',
    '/%2561dmin/queues',
    '/%252561dmin/queues',
    '/admin%5Cqueues',
    '\\admin\\queues',
    '/admin/queues%3Fx',
    '/admin/queues/%00/%ff',
    '/%C3%28/../admin/queues',
    'http://localhost:3000/admin/queues/api',
    'HTTP://localhost/admin/queues?x',
  ])('sees %s below the base path', (target) => {
    expect(isBelow(BASE, target)).toBe(true);
  });

  it.each([
    '/',
    '',
    '*',
    '/admin',
    '/admin/queuesx',
    '/admin/queue',
    '/api/admin/queues',
    '/admin/queues/../users',
    '/orders?path=/admin/queues',
    '/orders#/admin/queues',
    'http://localhost/orders/admin/queues',
  ])('sees %s elsewhere', (target) => {
    expect(isBelow(BASE, target)).toBe(false);
  });
});
