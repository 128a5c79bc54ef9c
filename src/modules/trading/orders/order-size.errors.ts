import { AppError } from '../../../kernel/app-error.js';
import { moneyText, type Money } from '../../../kernel/money.js';

export const badOrderSize = () =>
  new AppError(
    'unprocessable',
    'trading.bad_order_size',
    'An order has a quantity, or a market order a notional: one of both.',
  );

export const notFractionable = (symbol: string) =>
  new AppError(
    'unprocessable',
    'trading.not_fractionable',
    'This instrument is ordered in whole shares, and not by notional.',
    { details: { symbol } },
  );

export const notionalTooSmall = (notional: Money, price: Money) =>
  new AppError(
    'unprocessable',
    'trading.notional_too_small',
    'The notional is less than the smallest part of a share that can be ordered.',
    { details: { notional: moneyText(notional), price: moneyText(price) } },
  );
