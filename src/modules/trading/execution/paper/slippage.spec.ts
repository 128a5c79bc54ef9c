import { money } from '../../../../kernel/money.js';
import { slippedPrice, worstSlippage, type SlippageSettings } from './slippage.js';

const settings = (bps: string, sizeBps: string, randomBps: string): SlippageSettings => ({
  bps: money(bps),
  sizeBps: money(sizeBps),
  randomBps: money(randomBps),
});
const buy = (drawnBy: readonly string[], quoted = '100', shareOfSize = '0') => ({
  side: 'buy' as const,
  quoted: money(quoted),
  limitPrice: undefined,
  shareOfSize: money(shareOfSize),
  drawnBy,
});

describe('slippage', () => {
  it('leaves the quoted price as it is where there is none', () => {
    expect(slippedPrice(settings('0', '0', '0'), buy([], '0.12345678')).toFixed()).toBe(
      '0.12345678',
    );
  });

  it('is rounded to the worse on four places, or as many as the quote has', () => {
    // 1 bp of 100.01 = 0.010001
    expect(slippedPrice(settings('1', '0', '0'), buy([], '100.01')).toFixed()).toBe('100.0201');
    // 1 bp of 0.000001: less than one step of eight places
    const tiny = buy([], '0.00000101');
    expect(slippedPrice(settings('1', '0', '0'), tiny).toFixed()).toBe('0.00000102');
    // A sale gets one step at least.
    const sale = { ...buy([], '0.0001'), side: 'sell' as const };
    expect(slippedPrice(settings('1', '0', '0'), sale).toFixed()).toBe('0.0001');
  });

  it('takes more of a fill that takes more of the quoted size, from who buys and who sells', () => {
    // 2 bps, and a quarter of 4 bps: 0.03 of 100, and 0.030001 of 100.0033, to the worse.
    const both = settings('2', '4', '0');
    const sell = (quoted: string) => ({ ...buy([], quoted, '0.25'), side: 'sell' as const });
    expect(slippedPrice(both, buy([], '100', '0.25')).toFixed()).toBe('100.03');
    expect(slippedPrice(both, sell('100')).toFixed()).toBe('99.97');
    expect(slippedPrice(both, sell('100.0033')).toFixed()).toBe('99.9732');
  });

  it('ends at the limit of the order', () => {
    const all = settings('100', '0', '0');
    const limited = (side: 'buy' | 'sell', limitPrice: string) =>
      slippedPrice(all, { ...buy([]), side, limitPrice: money(limitPrice) }).toFixed();
    expect([limited('buy', '100.5'), limited('buy', '102')]).toEqual(['100.5', '101']);
    expect([limited('sell', '99.5'), limited('sell', '98')]).toEqual(['99.5', '99']);
  });

  it('is drawn by the seed, the order and the tick alone: again the same, and others for others', () => {
    const random = settings('0', '0', '100');
    const draw = (...drawnBy: string[]) => slippedPrice(random, buy(drawnBy)).toFixed();
    expect(draw('seed', 'order', 'tick')).toBe(draw('seed', 'order', 'tick'));
    const others = Array.from({ length: 400 }, (_, tick) =>
      Number(draw('seed', 'order', `${tick}`)),
    );
    // 0 to 1 USD, on average a half.
    expect(Math.min(...others)).toBeGreaterThanOrEqual(100);
    expect(Math.max(...others)).toBeLessThanOrEqual(101);
    const mean = others.reduce((sum, price) => sum + price, 0) / others.length;
    expect(Math.abs(mean - 100.5)).toBeLessThan(0.05);
    expect(draw('seed', 'order', 'tick')).not.toBe(draw('another', 'order', 'tick'));
    expect(draw('seed', 'order', 'tick')).not.toBe(draw('seed', 'another', 'tick'));
  });

  it('is never more than its worst', () => {
    const all = settings('5', '10', '20');
    expect(worstSlippage(all).toFixed()).toBe('0.0035');
    const worst = money('100.35');
    for (let tick = 0; tick < 100; tick += 1) {
      expect(slippedPrice(all, buy([String(tick)], '100', '1')).lte(worst)).toBe(true);
    }
  });
});
