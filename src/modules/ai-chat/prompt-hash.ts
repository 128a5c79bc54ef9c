import { createHash } from 'node:crypto';
import { money } from '../../kernel/money.js';
import type { PromptContext } from './models/language-model.js';

/**
 * Names a question: the same model, prompt, symbols and holdings have the same hash. Prices are left
 * out, which never stand still: an answer tells how old its figures are, and is kept for minutes. What
 * the user holds is in: after a fill the old answer would be about another account.
 * @returns 64 hexadecimal digits
 */
export function promptHash(
  model: string,
  prompt: string,
  { portfolio, quotes }: PromptContext,
): string {
  const account = portfolio && {
    cash: money(portfolio.cash).toFixed(),
    positions: portfolio.positions.map(({ symbol, quantity }) => [symbol, quantity]),
  };
  const parts = [model, prompt, quotes.map(({ symbol }) => symbol), account ?? null];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
