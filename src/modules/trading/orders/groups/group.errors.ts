import { AppError } from '../../../../kernel/app-error.js';
import { moneyText, type Money } from '../../../../kernel/money.js';

export const badOrderClass = (message: string) =>
  new AppError('unprocessable', 'trading.bad_order_class', message);

export const badTakeProfit = (limitPrice: Money, bound: Money) =>
  new AppError(
    'unprocessable',
    'trading.bad_take_profit',
    'The take-profit lies above what the entry pays, and above the stop.',
    { details: { limitPrice: moneyText(limitPrice), above: moneyText(bound) } },
  );

export const badStopLoss = (message: string, price: Money, bound: Money) =>
  new AppError('unprocessable', 'trading.bad_stop_loss', message, {
    details: { price: moneyText(price), below: moneyText(bound) },
  });
