import { AppError } from '../../../../kernel/app-error.js';
import { moneyText, type Money } from '../../../../kernel/money.js';

export const badOrderClass = (message: string) =>
  new AppError('unprocessable', 'trading.bad_order_class', message);

/** On which side of another price one has to lie. */
export type PriceSide = 'above' | 'below';

export const badTakeProfit = (limitPrice: Money, bound: Money, side: PriceSide) =>
  new AppError(
    'unprocessable',
    'trading.bad_take_profit',
    `The take-profit lies ${side} the price of the entry, and ${side} the stop.`,
    { details: { limitPrice: moneyText(limitPrice), [side]: moneyText(bound) } },
  );

export const badStopLoss = (message: string, price: Money, bound: Money, side: PriceSide) =>
  new AppError('unprocessable', 'trading.bad_stop_loss', message, {
    details: { price: moneyText(price), [side]: moneyText(bound) },
  });
