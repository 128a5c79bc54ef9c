import fc from 'fast-check';
import { blackScholes, normalCdf, type OptionTerms, type OptionValue } from './black-scholes.js';

const range = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const anyTerms: fc.Arbitrary<OptionTerms> = fc
  .record({
    spot: range(5, 1_000),
    moneyness: range(0.6, 1.6),
    years: range(0.02, 3),
    volatility: range(0.1, 0.9),
    rate: range(-0.02, 0.12),
  })
  .map(({ moneyness, ...terms }) => ({ ...terms, strike: terms.spot * moneyness }));
const kinds = fc.constantFrom('call' as const, 'put' as const);

describe('blackScholes', () => {
  it('gives the figure of the literature: Haug 1998, 2.1334', () => {
    const haug = { spot: 60, strike: 65, years: 0.25, volatility: 0.3, rate: 0.08 };
    expect(blackScholes('call', haug).price).toBeCloseTo(2.1334, 4);
  });

  it('keeps the parity of put and call', () => {
    fc.assert(
      fc.property(anyTerms, (terms) => {
        const call = blackScholes('call', terms).price;
        const put = blackScholes('put', terms).price;
        const forward = terms.spot - terms.strike * Math.exp(-terms.rate * terms.years);
        expect(Math.abs(call - put - forward)).toBeLessThan(1e-11 * terms.spot);
      }),
    );
  });

  it('never asks less than what exercising would give, nor more than the underlying', () => {
    fc.assert(
      fc.property(anyTerms, (terms) => {
        const { price } = blackScholes('call', terms);
        const discounted = terms.strike * Math.exp(-terms.rate * terms.years);
        expect(price).toBeGreaterThanOrEqual(terms.spot - discounted - 1e-9);
        expect(price).toBeLessThanOrEqual(terms.spot);
      }),
    );
  });

  /** Greek, its variable, the size of a step, and the sign that time runs with. */
  const greeks: [keyof OptionValue, keyof OptionTerms, keyof OptionValue, number, number][] = [
    ['delta', 'spot', 'price', 1e-4, 1],
    ['gamma', 'spot', 'delta', 1e-4, 1],
    ['theta', 'years', 'price', 1e-4, -1],
    ['vega', 'volatility', 'price', 1e-4, 1],
    ['rho', 'rate', 'price', 1e-4, 1],
  ];

  it.each(greeks)('has a %s that is the slope over %s', (greek, variable, of, relative, sign) => {
    fc.assert(
      fc.property(kinds, anyTerms, (kind, terms) => {
        const step = relative * (variable === 'rate' ? 1 : terms[variable]);
        const at = (value: number) => blackScholes(kind, { ...terms, [variable]: value })[of];
        const slope = (at(terms[variable] + step) - at(terms[variable] - step)) / (2 * step);
        const exact = blackScholes(kind, terms)[greek];
        expect(Math.abs(sign * slope - exact)).toBeLessThan(
          1e-4 * (Math.abs(exact) + (greek === 'gamma' ? 1 / terms.spot : terms.spot)),
        );
      }),
    );
  });
});

describe('normalCdf', () => {
  /** To 16 digits, as tables and high-precision calculators give them. */
  it.each([
    [0, 0.5],
    [1, 0.8413447460685429],
    [1.96, 0.9750021048517795],
    [-1.6448536269514722, 0.05],
    [-3, 0.0013498980316300946],
    [-6, 9.865876450376981e-10],
  ])('of %d is %d', (x, expected) => {
    expect(Math.abs(normalCdf(x) - expected)).toBeLessThan(1e-15);
  });

  it('is symmetric, and never falls', () => {
    fc.assert(
      fc.property(range(-12, 12), range(0, 1), (x, step) => {
        expect(normalCdf(x) + normalCdf(-x)).toBeCloseTo(1, 14);
        expect(normalCdf(x + step)).toBeGreaterThanOrEqual(normalCdf(x) - 1e-15);
      }),
    );
  });
});
