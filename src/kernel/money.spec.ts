import fc from 'fast-check';
import { money, moneyText, priceText, sumOf } from './money.js';

describe('money', () => {
  it('adds what floats cannot', () => {
    expect(moneyText(money('0.1').plus('0.2'))).toBe('0.3');
  });

  it('adds up to the last digit, in whatever order, and nothing to zero', () => {
    expect(moneyText(sumOf([]))).toBe('0');
    expect(moneyText(sumOf(['0.1', 0.2, money('-0.3'), '1000000000000000.0000000001']))).toBe(
      '1000000000000000.0000000001',
    );
    const amounts = fc.array(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }));
    fc.assert(
      fc.property(amounts, (units) => {
        const values = units.map((unit) => money(unit.toString()).div('1e10'));
        const exact = units.reduce((total, unit) => total + unit, 0n);
        expect(sumOf(values).times('1e10').toFixed()).toBe(exact.toString());
        expect(sumOf(values.toReversed()).eq(sumOf(values))).toBe(true);
      }),
    );
  });

  it.each([
    ['1e-7', '0.0000001'],
    ['1e21', '1000000000000000000000'],
    ['1.50', '1.5'],
    ['-0.00000000005', '0'],
    ['0.00000000015', '0.0000000002'],
  ])('writes %s as %s', (value, text) => {
    expect(moneyText(money(value))).toBe(text);
  });

  it.each([
    ['213', '213.00'],
    ['213.5', '213.50'],
    ['0.0001', '0.0001'],
  ])('writes the price %s as %s', (value, text) => {
    expect(priceText(money(value))).toBe(text);
  });

  it('never writes an exponent, and reads back what it wrote', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 28n), max: 10n ** 28n }),
        fc.integer({ min: 0, max: 10 }),
        (digits, scale) => {
          const value = money(digits.toString()).div(money(10).pow(scale));
          const text = moneyText(value);
          expect(text).toMatch(/^-?\d+(\.\d+)?$/);
          expect(money(text).eq(value)).toBe(true);
        },
      ),
    );
  });
});
