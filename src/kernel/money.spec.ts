import fc from 'fast-check';
import { money, moneyText, priceText } from './money.js';

describe('money', () => {
  it('adds what floats cannot', () => {
    expect(moneyText(money('0.1').plus('0.2'))).toBe('0.3');
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
