import { money } from '../../../kernel/money.js';
import { takenFrom } from './charge-cover.js';

const pledge = (symbol: string, collateral: string) => ({ symbol, collateral: money(collateral) });
const taken = (missing: string) =>
  [...takenFrom(money(missing), [pledge('KO', '30'), pledge('PEP', '0'), pledge('F', '20')])].map(
    ([symbol, amount]) => `${symbol} ${amount.toFixed()}`,
  );

describe('what is taken from behind short positions for a charge', () => {
  it.each([
    ['nothing while enough is free', '-5', []],
    ['what is missing, of the first', '12.5', ['KO 12.5']],
    ['of each in turn', '45', ['KO 30', 'F 15']],
    ['at most what is there', '90', ['KO 30', 'F 20']],
  ])('is %s', (_what, missing, expected) => {
    expect(taken(missing)).toEqual(expected);
  });
});
