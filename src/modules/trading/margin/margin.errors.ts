import { AppError } from '../../../kernel/app-error.js';
import { moneyText, type Money } from '../../../kernel/money.js';

export const notShortable = (symbol: string) =>
  new AppError(
    'unprocessable',
    'trading.not_shortable',
    'The shares of this instrument cannot be borrowed, and so not be sold short.',
    { details: { symbol } },
  );

export const equityBelowMinimum = (minimum: Money, equity: Money) =>
  new AppError(
    'unprocessable',
    'trading.equity_below_minimum',
    'Who sells short has an account that is worth more.',
    { details: { minimum: moneyText(minimum), equity: moneyText(equity) } },
  );

export const shortSalesWork = () =>
  new AppError(
    'unprocessable',
    'trading.short_sales_work',
    'Short sales work still: cancel them first.',
  );
