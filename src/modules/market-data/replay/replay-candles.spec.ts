import { parseReplaySeries } from './replay-bars.js';
import {
  playedPart,
  recordedBars,
  recordedTimeframes,
  recordedVolatility,
  replayCandles,
} from './replay-candles.js';

const series = (...bars: string[]) =>
  recordedBars(
    parseReplaySeries('SPY', 'SPY.csv', ['date,open,high,low,close,volume', ...bars].join('\n')),
  );
const daily = series(
  '2017-01-03,212.61,213.35,211.52,212.80,100',
  '2017-01-04,213.16,214.22,213.15,214.06,200',
  '2017-01-06,214.00,216.00,213.00,215.00,300',
);
const minutes = series(
  '2017-01-03T14:58:00,10,12,9,11,5',
  '2017-01-03T14:59:00,11,13,10,12,5.5',
  '2017-01-03T15:00:00,12,14,11,13,7',
);
const ALL = { fromMs: 0, toMs: Date.UTC(2030) };

describe('candles of a replay', () => {
  it('are the recorded bars on their dates, the one being played as far as it has come', () => {
    const candles = replayCandles(daily, { index: 1, fraction: 0.5 }, { timeframe: '1d', ...ALL });
    expect(candles).toEqual([
      {
        openAt: '2017-01-03T00:00:00.000Z',
        open: '212.61',
        high: '213.35',
        low: '211.52',
        close: '212.80',
        volume: '100',
        closed: true,
      },
      expect.objectContaining({
        openAt: '2017-01-04T00:00:00.000Z',
        open: '213.16',
        low: '213.15',
        volume: '100',
        closed: false,
      }),
    ]);
  });

  it('show nothing that is yet to be played, and only what was asked for', () => {
    const from = {
      timeframe: '1d',
      fromMs: Date.UTC(2017, 0, 4),
      toMs: Date.UTC(2017, 0, 6),
    } as const;
    const opened = (index: number) =>
      replayCandles(daily, { index, fraction: 1 }, from).map(({ openAt }) => openAt.slice(0, 10));
    expect(opened(0)).toEqual([]);
    expect(opened(2)).toEqual(['2017-01-04']);
  });

  it('are put together to longer ones, and never taken apart', () => {
    expect(recordedTimeframes(minutes)).toEqual(['1m', '5m', '15m', '1h', '1d']);
    expect(recordedTimeframes(daily)).toEqual(['1d']);
    const hours = replayCandles(minutes, { index: 2, fraction: 1 }, { timeframe: '1h', ...ALL });
    expect(hours).toEqual([
      {
        openAt: '2017-01-03T14:00:00.000Z',
        open: '10.00',
        high: '13.00',
        low: '9.00',
        close: '12.00',
        volume: '10.5',
        closed: true,
      },
      expect.objectContaining({ openAt: '2017-01-03T15:00:00.000Z', closed: false }),
    ]);
  });

  it('have in them every price of the part that was played', () => {
    const [bar] = daily.bars;
    if (!bar) throw new Error('no bar');
    expect(playedPart(bar, 0)).toMatchObject({
      open: 21_261,
      high: 21_261,
      low: 21_261,
      volume: '0',
    });
    expect(playedPart(bar, 0.4)).toMatchObject({ low: 21_152, close: 21_189 });
    expect(playedPart(bar, 1)).toBe(bar);
  });
});

describe('the volatility of a recording', () => {
  it('is that of its closes, in a year of 252 bars a day', () => {
    const returns = [Math.log(214.06 / 212.8), Math.log(215 / 214.06)];
    const mean = ((returns[0] ?? 0) + (returns[1] ?? 0)) / 2;
    const variance = returns.reduce((sum, one) => sum + (one - mean) ** 2, 0);
    expect(recordedVolatility(daily, 3)).toBeCloseTo(Math.sqrt(variance * 252), 12);
  });

  it('is not told of too few bars, or of prices that never moved', () => {
    expect(
      recordedVolatility(series('2017-01-03,1,1,1,1,1', '2017-01-04,2,2,2,2,1'), 2),
    ).toBeUndefined();
    const still = ['03', '04', '05', '06'].map((day) => `2017-01-${day},1,1,1,1,1`);
    expect(recordedVolatility(series(...still), 4)).toBeUndefined();
  });
});
