import { money } from '../../../kernel/money.js';
import { assertWholeContracts, contractsOf, endWithin } from './option-terms.js';

const CLOSE_MS = Date.UTC(2026, 11, 18, 21);
const contract = { expiresAtMs: CLOSE_MS };
const before = new Date(CLOSE_MS - 60_000);
const after = new Date(CLOSE_MS + 60_000);

describe('orders for contracts', () => {
  it.each(['100', '200', '1000000'])('are for whole ones: %s shares', (quantity) => {
    expect(() => assertWholeContracts(money(quantity))).not.toThrow();
  });

  it.each(['1', '50', '150', '100.000001', '0.01'])('are for no part of one: %s', (quantity) => {
    expect(() => assertWholeContracts(money(quantity))).toThrow(
      expect.objectContaining({ code: 'trading.bad_quantity', details: { multipleOf: 100 } }),
    );
  });

  it('count a hundred shares as one', () => {
    expect(contractsOf(money('-300')).toFixed()).toBe('-3');
  });

  it('end with the contract at the latest', () => {
    const close = new Date(CLOSE_MS);
    expect(endWithin(contract, 'gtc', null)).toEqual(close);
    expect(endWithin(contract, 'ioc', null)).toEqual(close);
    expect(endWithin(contract, 'day', after)).toEqual(close);
    expect(endWithin(contract, 'day', before)).toEqual(before);
    expect(endWithin(contract, 'gtd', before)).toEqual(before);
    expect(() => endWithin(contract, 'gtd', after)).toThrow(
      expect.objectContaining({ code: 'trading.bad_expiry' }),
    );
  });
});
