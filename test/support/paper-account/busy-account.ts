import { money } from '../../../src/kernel/money.js';
import { accepted } from './audited-changes.js';
import type { KeptAccount } from './kept-account.js';
import { PaperAccount } from './paper-account.js';

/** A buy that traded in two parts, a sale in part, a cancelled order, a waiting one. */
export function busyAccount(): KeptAccount {
  const account = new PaperAccount('10000');
  account.transfer(money('500'));
  const place = (side: 'buy' | 'sell', quantity: string, limit: string) =>
    accepted(
      account.place({ side, symbol: 'AAPL', quantity: money(quantity), limit: money(limit) }),
    );
  const bought = place('buy', '20', '100');
  account.fill(bought, money('5'), money('99'));
  account.fill(bought, money('15'), money('98'));
  const sold = place('sell', '10', '101');
  account.fill(sold, money('4'), money('102'));
  account.cancel(place('buy', '1', '50'));
  place('buy', '3', '90');
  return account.kept();
}
