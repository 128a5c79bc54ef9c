import { globOf, KeyspaceCount } from './keyspace.js';

describe('the count of keys', () => {
  it('is kept per namespace, the largest first', () => {
    const count = new KeyspaceCount();
    count.add('b:cache:users:1:profile', 100);
    count.add('b:cache:market:quote:AAPL', 300);
    count.add('b:cache:users:2:profile', 50);
    count.add('b:cache:~tag:fills:1', 10);
    expect(count.report(true, new Date(0))).toEqual({
      keys: 4,
      bytes: 460,
      namespaces: [
        { namespace: 'market', keys: 1, bytes: 300 },
        { namespace: 'users', keys: 2, bytes: 150 },
        { namespace: '~tag', keys: 1, bytes: 10 },
      ],
      asOf: new Date(0),
      complete: true,
    });
  });
});

describe('a pattern', () => {
  it('means the text and nothing else', () => {
    expect(globOf('a*b?[c]^d-e\\')).toBe('a\\*b\\?\\[c\\]\\^d\\-e\\\\');
  });
});
