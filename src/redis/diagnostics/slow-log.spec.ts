import { latestFirst, parseSlowLog, redactArgument } from './slow-log.js';

describe('slow queries', () => {
  const answer = [
    [
      14,
      1_700_000_000,
      15_000,
      ['set', 'bourse:cache:ai:user:7:prompt:x', 'a secret', 'PX', '5'],
      '127.0.0.1:5000',
      'bourse-command',
    ],
    [15, 1_700_000_001, 12, ['AUTH', 'ada', 'password'], '127.0.0.1:5001', ''],
    'not an entry',
    [16, 1_700_000_001, 12, [], 'x', ''],
  ];

  it('tell the command, how long it took and who sent it', () => {
    expect(parseSlowLog(answer, 'bourse')).toMatchObject([
      {
        id: 14,
        at: new Date('2023-11-14T22:13:20Z'),
        durationMicros: 15_000,
        command: 'SET',
        argumentCount: 4,
        client: 'bourse-command',
      },
      { id: 15, command: 'AUTH', argumentCount: 2, client: null },
    ]);
  });

  it('show no value, password, token or user', () => {
    const text = JSON.stringify(parseSlowLog(answer, 'bourse'));
    expect(text).not.toMatch(/secret|password|ada|user:7/);
    expect(redactArgument('bourse:cache:ai:user:7:prompt:x', 'bourse')).toBe('bourse:cache:ai:*');
    expect(redactArgument('bourse:sess:{3}:token:abc', 'bourse')).toBe('bourse:sess:*');
    expect(redactArgument('{bourse}:q:trading:wait', 'bourse')).toBe('{bourse}:q:trading:*');
    expect(redactArgument('bourse2:cache:x', 'bourse')).toBe('?');
  });

  it('show eight arguments at most', () => {
    const many = [[1, 0, 1, ['del', ...Array.from({ length: 500 }, () => 'k')], 'x', '']];
    expect(parseSlowLog(many, 'bourse')[0]).toMatchObject({ argumentCount: 500 });
    expect(parseSlowLog(many, 'bourse')[0]?.arguments).toHaveLength(8);
  });

  it('come latest first, also of several servers', () => {
    const ids = latestFirst(parseSlowLog(answer, 'bourse'), 1).map(({ id }) => id);
    expect(ids).toEqual([15]);
  });

  it('are none in an answer of another shape', () => {
    expect(parseSlowLog('OK', 'bourse')).toEqual([]);
  });
});
