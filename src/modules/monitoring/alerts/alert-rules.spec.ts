import {
  evaluate,
  hitRatePercent,
  ledgerCheckVerdict,
  ledgerVerdict,
  MIN_LOOKUPS,
  type Readings,
} from './alert-rules.js';

const LEDGER = 'ledger_difference';
const LEDGER_CHECK = 'ledger_check_failed';
const THRESHOLDS = { memoryPercent: 90, hitRatePercent: 70, queueBacklog: 1_000, slowQueries: 10 };
const UP = { kind: 'up', usedBytes: 50, maxBytes: 100, slowQueries: 0 } as const;
const QUIET: Readings = {
  redis: UP,
  instances: 3,
  lookups: 1_000,
  hits: 900,
  connectionErrors: 0,
  brokenLinks: 0,
  longestBrokenLinkMs: 30_000,
  failingRows: 0,
  stuckQueues: [],
  queues: [{ name: 'trading', waiting: 0 }],
};

/** Without those of the ledger, which its own check judges. */
const judge = (readings: Partial<Readings>) =>
  evaluate({ ...QUIET, ...readings }, THRESHOLDS).filter(
    ({ kind }) => kind !== LEDGER && kind !== LEDGER_CHECK,
  );
const firing = (readings: Partial<Readings>) =>
  judge(readings)
    .filter(({ state }) => state === 'firing')
    .map(({ kind, value, threshold }) => [kind, value, threshold]);
const unknown = (readings: Partial<Readings>) =>
  judge(readings)
    .filter(({ state }) => state === 'unknown')
    .map(({ kind }) => kind);

describe('alerts', () => {
  it('are quiet while all is well', () => {
    expect(judge({}).map(({ state }) => state)).toEqual(Array(8).fill('clear'));
  });

  it('tell of any difference in the ledger, until a check finds none, and leave it alone between them', () => {
    const found = { accounts: 900, differing: 4, accountIds: ['a', 'b', 'c', 'd'] };
    expect(ledgerVerdict(found)).toEqual({
      kind: LEDGER,
      state: 'firing',
      message: '4 of 900 accounts differ from their journals: a, b, c.',
      value: 4,
      threshold: 0,
    });
    const none = ledgerVerdict({ accounts: 900, differing: 0, accountIds: [] });
    expect(none).toMatchObject({ kind: LEDGER, state: 'clear' });
    const between = evaluate(QUIET, THRESHOLDS).filter(({ kind }) => kind === LEDGER);
    expect(between.map(({ state }) => state)).toEqual(['unknown']);
  });

  it('tell of a check of the ledger that came to no end, until one does, and leave it alone between them', () => {
    const startedAt = '2026-11-27T04:00:00.000Z';
    expect(ledgerCheckVerdict({ startedAt, accounts: 400 })).toEqual({
      kind: LEDGER_CHECK,
      state: 'firing',
      message: `The check of the ledger of ${startedAt} came to no end, after 400 accounts.`,
      value: 400,
      threshold: null,
    });
    expect(ledgerCheckVerdict(null)).toMatchObject({ kind: LEDGER_CHECK, state: 'clear' });
    const between = evaluate(QUIET, THRESHOLDS).filter(({ kind }) => kind === LEDGER_CHECK);
    expect(between.map(({ state }) => state)).toEqual(['unknown']);
  });

  it('tell of memory above the threshold, not at it, and only where there is a limit', () => {
    expect(firing({ redis: { ...UP, usedBytes: 90 } })).toEqual([]);
    expect(firing({ redis: { ...UP, usedBytes: 91 } })).toEqual([['redis_memory', 91, 90]]);
    expect(firing({ redis: { ...UP, usedBytes: 91, maxBytes: null } })).toEqual([]);
  });

  it('tell of a hit rate below the threshold, once enough was looked up', () => {
    expect(firing({ hits: 700 })).toEqual([]);
    expect(firing({ hits: 699 })).toEqual([['cache_hit_rate', 69.9, 70]]);
    expect(firing({ hits: 0, lookups: MIN_LOOKUPS - 1 })).toEqual([]);
    expect(firing({ hits: 0, lookups: MIN_LOOKUPS })).toEqual([['cache_hit_rate', 0, 70]]);
    expect(firing({ hits: 0, lookups: 0 })).toEqual([]);
  });

  it('tell of processes that have not heard of changes in caches for more than a minute', () => {
    expect(firing({ brokenLinks: 0, longestBrokenLinkMs: 59_000 })).toEqual([]);
    const readings = { brokenLinks: 2, longestBrokenLinkMs: 90_400 };
    expect(firing(readings)).toEqual([['cache_link', 90, 60]]);
    expect(judge(readings).find(({ kind }) => kind === 'cache_link')?.message).toContain('2 of 3');
  });

  it('tell of lost connections, and of a Redis that does not answer', () => {
    expect(firing({ connectionErrors: 2 })).toEqual([['redis_connection', 2, 0]]);
    expect(firing({ redis: { kind: 'away' } })).toEqual([['redis_connection', 0, 0]]);
  });

  it('tell of a worker that takes no jobs, once a restart was needed or did not help', () => {
    const report = { queue: 'trading', stuckMs: 30_000, restarts: 0 };
    expect(firing({ stuckQueues: [report, { ...report, queue: 'another' }] })).toEqual([]);
    expect(firing({ stuckQueues: [report, { ...report, stuckMs: 31_000 }] })).toEqual([
      ['queue_stuck:trading', 31, 0],
    ]);
    const restarted = { ...report, stuckMs: 0, restarts: 1 };
    expect(firing({ stuckQueues: [restarted, restarted] })).toEqual([
      ['queue_stuck:trading', 2, 0],
    ]);
  });

  it('tell of slow queries and of a backlog above the threshold', () => {
    expect(firing({ redis: { ...UP, slowQueries: 10 } })).toEqual([]);
    expect(firing({ redis: { ...UP, slowQueries: 11 } })).toEqual([['slow_queries', 11, 10]]);
    const queues = [
      { name: 'trading', waiting: 1_000 },
      { name: 'ml-training', waiting: 1_001 },
    ];
    expect(firing({ queues })).toEqual([['queue_backlog:ml-training', 1_001, 1_000]]);
  });

  it('tell of jobs and events that cannot be delivered', () => {
    expect(firing({ failingRows: 2 })).toEqual([['outbox_failing', 2, 0]]);
    expect(unknown({ failingRows: null })).toEqual(['outbox_failing']);
  });

  it('leave alone what cannot be known while Redis is away', () => {
    const readings: Partial<Readings> = {
      redis: { kind: 'away' },
      queues: [{ name: 'trading', waiting: null }],
    };
    expect(unknown(readings)).toEqual(['redis_memory', 'slow_queries', 'queue_backlog:trading']);
  });

  it('have nothing to say about a Redis that is not configured', () => {
    expect(judge({ redis: { kind: 'embedded' } }).map(({ state }) => state)).toEqual(
      Array(8).fill('clear'),
    );
  });
});

describe('a hit rate', () => {
  it('is null of nothing, and has one decimal', () => {
    expect(hitRatePercent(0, 0)).toBeNull();
    expect(hitRatePercent(2, 3)).toBe(66.7);
  });
});
