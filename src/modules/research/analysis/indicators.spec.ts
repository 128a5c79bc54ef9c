import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openReference } from '../../../../test/support/reference.js';
import { technicalsOf, type Bar, type Technicals } from './indicators.js';

const { folder, it: itWithReference, why } = openReference('indicators', 'quotes.csv');

const published = (name: string) =>
  JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Record<string, number | null>[];

function referenceBars(): Bar[] {
  const [, ...rows] = readFileSync(join(folder, 'quotes.csv'), 'utf8').trim().split('\n');
  return rows.map((row) => {
    const [, , high, low, close] = row.split(',').map(Number);
    return { high: high ?? NaN, low: low ?? NaN, close: close ?? NaN };
  });
}

const bar = (close: number): Bar => ({ high: close + 1, low: close - 1, close });
const rising = (count: number) => Array.from({ length: count }, (_, i) => bar(100 + i));

describe(`indicators of 502 published daily bars${why}`, () => {
  /** On each of the last bars: ours and the published figure. */
  const pairs = (file: string, field: string, mine: keyof Technicals, fromBar: number) => {
    const bars = referenceBars();
    const figures = published(file);
    expect(figures).toHaveLength(bars.length);
    return bars.slice(fromBar).map((_, i) => {
      const end = fromBar + i;
      return {
        mine: technicalsOf(bars.slice(0, end + 1))[mine] ?? NaN,
        theirs: figures[end]?.[field] ?? NaN,
      };
    });
  };

  itWithReference('are the published RSI(14) on every bar, to 1e-9', () => {
    const compared = pairs('rsi', 'rsi', 'rsi14', 14);
    expect(compared).toHaveLength(488);
    for (const { mine, theirs } of compared) expect(Math.abs(mine - theirs)).toBeLessThan(1e-9);
  });

  itWithReference.each([
    ['macd', 'macd'],
    ['signal', 'macdSignal'],
    ['histogram', 'macdHistogram'],
  ] as const)(
    'are the published %s of MACD(12, 26, 9): to 0.001 from 100 bars on, to 1e-6 from 300 on',
    (field, mine) => {
      const settled = pairs('macd', field, mine, 100);
      for (const { mine: ours, theirs } of settled)
        expect(Math.abs(ours - theirs)).toBeLessThan(1e-3);
      for (const { mine: ours, theirs } of settled.slice(200))
        expect(Math.abs(ours - theirs)).toBeLessThan(1e-6);
    },
  );

  itWithReference(
    'are the published ATR(14): to 0.001 from 100 bars on, to 1e-6 from 300 on',
    () => {
      const settled = pairs('atr', 'atr', 'atr14', 100);
      for (const { mine, theirs } of settled) expect(Math.abs(mine - theirs)).toBeLessThan(1e-3);
      for (const { mine, theirs } of settled.slice(200))
        expect(Math.abs(mine - theirs)).toBeLessThan(1e-6);
    },
  );
});

describe('indicators', () => {
  it('average exactly the last closes', () => {
    expect(technicalsOf(rising(200))).toMatchObject({
      close: 299,
      sma20: 289.5,
      sma50: 274.5,
      sma200: 199.5,
    });
  });

  it('leave out what the bars are too few for', () => {
    expect(technicalsOf([])).toEqual({});
    expect(Object.keys(technicalsOf(rising(14)))).toEqual(['close']);
    expect(Object.keys(technicalsOf(rising(99)))).toEqual(['close', 'rsi14', 'sma20', 'sma50']);
  });

  it('see only strength in prices that only rise, and none where nothing moves', () => {
    expect(technicalsOf(rising(120))).toMatchObject({ rsi14: 100, atr14: 2 });
    const flat = technicalsOf(Array.from({ length: 120 }, () => bar(50)));
    expect(flat.rsi14).toBeUndefined();
    expect(flat).toMatchObject({ macd: 0, sma20: 50, atr14: 2 });
  });
});
