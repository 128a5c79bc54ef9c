import fc from 'fast-check';
import { money, sumOf } from '../../../../kernel/money.js';
import { feeOf, feeOfFill, type FeeSchedule, type Traded } from './fees.js';

const schedule = (figures: Partial<Record<keyof FeeSchedule, string>>): FeeSchedule => ({
  perShare: money(figures.perShare ?? 0),
  bps: money(figures.bps ?? 0),
  minimumPerOrder: money(figures.minimumPerOrder ?? 0),
  sellBps: money(figures.sellBps ?? 0),
});
const traded = (side: Traded['side'], quantity: number | string, price: string): Traded => ({
  side,
  quantity: money(quantity),
  notional: money(quantity).times(price),
});

describe('the fee of an order', () => {
  it('is by the share and by the value, rounded up to a cent', () => {
    // 300 × 0.005 = 1.50
    expect(feeOf(schedule({ perShare: '0.005' }), traded('buy', 300, '10')).toFixed()).toBe('1.5');
    // 300 × 0.0035 = 1.05, and 2 bps of 3,001.50 = 0.6003
    const both = schedule({ perShare: '0.0035', bps: '2' });
    expect(feeOf(both, traded('buy', 300, '10.005')).toFixed()).toBe('1.66');
  });

  it('is the minimum at least, once it has traded', () => {
    const least = schedule({ perShare: '0.005', minimumPerOrder: '1' });
    expect(feeOf(least, traded('buy', 0, '10')).toFixed()).toBe('0');
    expect(feeOf(least, traded('buy', '0.5', '10')).toFixed()).toBe('1');
    expect(feeOf(least, traded('buy', 201, '10')).toFixed()).toBe('1.01');
  });

  it('is more for a sale, beside the minimum', () => {
    // 1.00, and 0.278 bps of 20,000 = 0.556
    const both = schedule({ perShare: '0.005', minimumPerOrder: '1', sellBps: '0.278' });
    expect(feeOf(both, traded('sell', 100, '200')).toFixed()).toBe('1.56');
    expect(feeOf(both, traded('buy', 100, '200')).toFixed()).toBe('1');
  });
});

describe('the fee of a fill', () => {
  it('pays the minimum with the first, and then nothing until the order costs more', () => {
    const least = schedule({ perShare: '0.005', minimumPerOrder: '1' });
    const first = feeOfFill(least, traded('buy', 100, '10'), money(0));
    const second = feeOfFill(least, traded('buy', 200, '10'), money(1));
    const third = feeOfFill(least, traded('buy', 500, '10'), money(1));
    expect([first, second, third].map(String)).toEqual(['1', '0', '1.5']);
  });

  it('gives nothing back where the schedule was lowered', () => {
    expect(feeOfFill(schedule({}), traded('buy', 100, '10'), money(3)).toFixed()).toBe('0');
  });

  it('adds up to the fee of the whole order, however it was filled', () => {
    const figure = (max: number) => fc.nat(max).map((units) => money(units).div(10_000));
    const schedules = fc.record<FeeSchedule>({
      perShare: figure(500),
      bps: figure(200_000),
      minimumPerOrder: figure(50_000),
      sellBps: figure(10_000),
    });
    const fills = fc.array(
      fc.record({
        units: fc.integer({ min: 1, max: 10_000_000 }),
        cents: fc.integer({ min: 1, max: 100_000 }),
      }),
      { minLength: 1, maxLength: 30 },
    );
    fc.assert(
      fc.property(fc.constantFrom('buy', 'sell'), schedules, fills, (side, fees, parts) => {
        const charged = [];
        let so = { side, quantity: money(0), notional: money(0) };
        for (const { units, cents } of parts) {
          const quantity = money(units).div(1_000);
          const notional = so.notional.plus(quantity.times(cents).div(100));
          so = { side, quantity: so.quantity.plus(quantity), notional };
          const fee = feeOfFill(fees, so, sumOf(charged));
          expect(fee.gte(0) && fee.decimalPlaces() <= 2).toBe(true);
          charged.push(fee);
        }
        expect(sumOf(charged).eq(feeOf(fees, so))).toBe(true);
      }),
    );
  });
});
