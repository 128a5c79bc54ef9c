import fc from 'fast-check';
import { money } from '../../../kernel/money.js';
import { sessionOn } from '../calendar/xnys-calendar.js';
import type { Quote } from '../quotes/quote.js';
import { blackScholes } from './black-scholes.js';
import { optionChain, strikesAround } from './option-chain.js';
import { optionExpiries } from './option-expiries.js';

const at = (text: string) => optionExpiries(Date.parse(text)).map(({ date }) => date);

describe('expiries', () => {
  it('are four Fridays and six third Fridays', () => {
    expect(at('2025-09-01T12:00:00Z')).toEqual([
      '2025-09-05',
      '2025-09-12',
      '2025-09-19',
      '2025-09-26',
      '2025-10-17',
      '2025-11-21',
      '2025-12-19',
      '2026-01-16',
      '2026-02-20',
    ]);
  });

  it('end with the close of their session, and are gone then', () => {
    expect(at('2025-09-05T19:59:59Z')[0]).toBe('2025-09-05');
    expect(at('2025-09-05T20:00:00Z')[0]).toBe('2025-09-12');
  });

  it('come a day early before a Friday without a session', () => {
    expect(at('2025-04-15T12:00:00Z')[0]).toBe('2025-04-17');
    expect(at('2026-06-30T12:00:00Z')[0]).toBe('2026-07-02');
  });

  it('are sessions, ascending, different, and to come, at any time', () => {
    const times = fc.integer({ min: Date.UTC(2015), max: Date.UTC(2080) });
    fc.assert(
      fc.property(times, (atMs) => {
        const expiries = optionExpiries(atMs);
        expect(expiries.length).toBeGreaterThanOrEqual(8);
        expiries.forEach(({ date, closeMs }, i) => {
          expect(sessionOn(date)?.closeMs).toBe(closeMs);
          expect(closeMs).toBeGreaterThan(expiries[i - 1]?.closeMs ?? atMs);
        });
      }),
      { numRuns: 50 },
    );
  });
});

describe('strikes', () => {
  it.each([
    ['227.01', '202.5', '252.5'],
    ['64.6', '55', '75'],
    ['1.0853', '0.99', '1.19'],
  ])('around %s stand on round steps', (spot, lowest, highest) => {
    const strikes = strikesAround(money(spot)).map(String);
    expect(strikes).toHaveLength(21);
    expect([strikes[0], strikes.at(-1)]).toEqual([lowest, highest]);
  });

  it('are above zero and near the spot, whatever it is', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.0001, max: 1e7, noNaN: true }), (spot) => {
        const strikes = strikesAround(money(spot));
        expect(strikes.length).toBeGreaterThanOrEqual(11);
        for (const strike of strikes) {
          expect(strike.gt(0)).toBe(true);
          expect(Math.abs(strike.toNumber() / spot - 1)).toBeLessThan(0.25);
        }
      }),
    );
  });
});

describe('a chain', () => {
  const quote: Quote = {
    symbol: 'AAPL',
    bid: '226.99',
    ask: '227.01',
    last: '227.00',
    asOf: '2025-09-01T12:00:00.000Z',
    source: 'simulated',
  };
  const expiries = optionExpiries(Date.parse(quote.asOf));
  const expiry = expiries[4];
  if (!expiry) throw new Error('no expiry');
  const chain = optionChain(quote, expiry, expiries, 0.26);

  it('states what it stands on', () => {
    expect(chain).toMatchObject({
      expiry: '2025-10-17',
      expiresAt: '2025-10-17T20:00:00.000Z',
      spot: '227',
      volatility: '0.26',
      riskFreeRate: '0.04',
      asOf: quote.asOf,
      source: 'simulated',
    });
    expect(chain.expiries).toHaveLength(expiries.length);
  });

  it('is valued until the close of the day it expires on', () => {
    const [{ strike, call, put } = fail()] = chain.strikes.slice(10);
    const years = (46 * 24 + 8) / (365 * 24);
    const terms = { spot: 227, strike: Number(strike), years, volatility: 0.26, rate: 0.04 };
    expect(Number(call.price)).toBeCloseTo(blackScholes('call', terms).price, 4);
    expect(Number(put.theta)).toBeCloseTo(blackScholes('put', terms).theta / 365, 6);
    expect(Number(put.vega)).toBeCloseTo(blackScholes('put', terms).vega / 100, 6);
  });

  it('asks less for a call the higher the strike, and more for a put', () => {
    const prices = (kind: 'call' | 'put') => chain.strikes.map((row) => Number(row[kind].price));
    expect(prices('call')).toEqual([...prices('call')].sort((a, b) => b - a));
    expect(prices('put')).toEqual([...prices('put')].sort((a, b) => a - b));
  });
});

function fail(): never {
  throw new Error('no such strike');
}
