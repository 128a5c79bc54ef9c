import { parseReplaySeries } from './replay-bars.js';
import { ReplayProvider, type ReplayOptions } from './replay.provider.js';

const STARTED_AT_MS = Date.UTC(2025, 0, 2, 10);
const csv = (...bars: string[]) => ['date,open,high,low,close,volume', ...bars].join('\n');
const SPY = parseReplaySeries(
  'SPY',
  'SPY.csv',
  csv('2017-01-03,212.61,213.35,211.52,212.80,1', '2017-01-04,213.16,214.22,213.15,214.06,1'),
);
const EURUSD = parseReplaySeries(
  'EURUSD',
  'EURUSD.csv',
  csv('2017-01-03,1.0401,1.0495,1.0388,1.0410,0'),
);

function providerOf(options: Partial<ReplayOptions> = {}): ReplayProvider {
  return new ReplayProvider({
    series: [SPY, EURUSD],
    contentHash: 'spec',
    barsPerSecond: 1,
    tickMs: 1_000,
    startedAtMs: STARTED_AT_MS,
    ...options,
  });
}

const lastAt = (provider: ReplayProvider, elapsedMs: number) =>
  provider.quote('SPY', STARTED_AT_MS + elapsedMs)?.last;

describe('ReplayProvider', () => {
  it('plays the closes of the bars, one a tick, and starts again', () => {
    const provider = providerOf();
    expect([0, 1_000, 2_000, 3_000].map((elapsedMs) => lastAt(provider, elapsedMs))).toEqual([
      '212.61',
      '212.80',
      '214.06',
      '212.80',
    ]);
  });

  it('plays open, low, high and close of a bar that rose when it has ticks for them', () => {
    const provider = providerOf({ barsPerSecond: 1 / 3 });
    expect([0, 1_000, 2_000, 3_000].map((elapsedMs) => lastAt(provider, elapsedMs))).toEqual([
      '212.61',
      '211.52',
      '213.35',
      '212.80',
    ]);
  });

  it('quotes around the price, with the date of the bar and the close of the one before', () => {
    expect(providerOf().quote('SPY', STARTED_AT_MS + 2_400)).toEqual({
      symbol: 'SPY',
      bid: '214.04',
      ask: '214.08',
      last: '214.06',
      previousClose: '212.80',
      asOf: '2025-01-02T10:00:02.000Z',
      source: 'replay',
      barDate: '2017-01-04',
    });
  });

  it('stands still within a tick', () => {
    const provider = providerOf({ tickMs: 5_000 });
    expect(lastAt(provider, 4_999)).toBe(lastAt(provider, 0));
  });

  it('keeps the decimals of the file', () => {
    expect(providerOf().quote('EURUSD', STARTED_AT_MS + 1_000)).toMatchObject({
      bid: '1.0409',
      ask: '1.0411',
      last: '1.041',
    });
  });

  it('tells the volatility of the bars played so far, and of all of them from the second lap on', () => {
    const bars = ['03,100', '04,110', '05,105', '06,190'].map((bar) => {
      const [day, price] = bar.split(',');
      return `2017-01-${day},${price},${price},${price},${price},1`;
    });
    const played = (count: number) =>
      new ReplayProvider({
        series: [parseReplaySeries('JUMP', 'JUMP.csv', csv(...bars.slice(0, count)))],
        contentHash: 'spec',
        barsPerSecond: 1,
        tickMs: 250,
        startedAtMs: STARTED_AT_MS,
      });
    const after = (provider: ReplayProvider, seconds: number) =>
      provider.volatility('JUMP', STARTED_AT_MS + seconds * 1_000);
    const whole = played(4);
    expect([0, 1, 2, 2.75].map((seconds) => after(whole, seconds))).toEqual(
      Array(4).fill(undefined),
    );
    expect(after(whole, 3)).toBeGreaterThan(0);
    // Those three are all that a shorter recording would have.
    expect(after(whole, 3)).toBe(after(played(3), 1_000));
    expect(after(whole, 3.75)).toBe(after(whole, 3));
    expect(after(whole, 4)).toBeGreaterThan((after(whole, 3) ?? 0) * 2);
    expect(after(whole, 5)).toBe(after(whole, 4));
    expect(whole.volatility('NOPE', STARTED_AT_MS)).toBeUndefined();
  });

  it('is another market when content, speed, ticks or beginning differ', () => {
    const changes = [
      {},
      { contentHash: 'another' },
      { barsPerSecond: 2 },
      { tickMs: 500 },
      { startedAtMs: STARTED_AT_MS + 1_000 },
    ];
    expect(new Set(changes.map((change) => providerOf(change).revision)).size).toBe(changes.length);
    expect(providerOf().revision).toBe(providerOf().revision);
  });

  it('lists the symbols it has, and quotes nothing else', () => {
    expect(
      providerOf()
        .instruments()
        .map(({ symbol }) => symbol),
    ).toEqual(['SPY', 'EURUSD']);
    expect(providerOf().quote('AAPL', STARTED_AT_MS)).toBeUndefined();
  });
});
