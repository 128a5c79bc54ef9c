import { AppError } from '../../kernel/app-error.js';
import { moneyText, type Money } from '../../kernel/money.js';

export const unknownSymbol = (symbol: string) =>
  new AppError('unprocessable', 'trading.unknown_symbol', 'The symbol cannot be traded.', {
    details: { symbol },
  });

export const insufficientFunds = (required: Money, available: Money) =>
  new AppError(
    'unprocessable',
    'trading.insufficient_funds',
    'The account does not have that much free cash.',
    {
      details: { required: moneyText(required), available: moneyText(available) },
    },
  );

export const insufficientPosition = (symbol: string, required: Money, available: Money) =>
  new AppError(
    'unprocessable',
    'trading.insufficient_position',
    'The account does not hold the shares this order sells.',
    {
      details: { symbol, required: moneyText(required), available: moneyText(available) },
    },
  );

export const clientOrderIdReused = (clientOrderId: string) =>
  new AppError(
    'unprocessable',
    'trading.client_order_id_reused',
    'This client_order_id belongs to another order.',
    {
      details: { client_order_id: clientOrderId },
    },
  );

export const clientTransferIdReused = (clientTransferId: string) =>
  new AppError(
    'unprocessable',
    'trading.client_transfer_id_reused',
    'This client_transfer_id belongs to another transfer.',
    { details: { client_transfer_id: clientTransferId } },
  );

export const orderNotFound = () =>
  new AppError('not_found', 'trading.order_not_found', 'There is no such order.');

export const badExpiry = () =>
  new AppError(
    'unprocessable',
    'trading.bad_expiry',
    'expiresAt goes with timeInForce gtd, in the future and within 366 days, and with no other.',
  );

export const stopPriceReached = (stopPrice: Money, last: Money) =>
  new AppError(
    'unprocessable',
    'trading.stop_price_reached',
    'The market has reached this stop already: a buy stops above the last trade, a sale below it.',
    { details: { stopPrice: moneyText(stopPrice), last: moneyText(last) } },
  );

export const badTimeInForce = (message: string) =>
  new AppError('unprocessable', 'trading.bad_time_in_force', message);

export const badExtendedHours = () =>
  new AppError(
    'unprocessable',
    'trading.bad_extended_hours',
    'extendedHours goes with limit orders that are day or gtc, and with no other.',
  );

export const marketClosed = () =>
  new AppError(
    'unprocessable',
    'trading.market_closed',
    'The exchange is closed: nothing trades at once. GET /api/market/status tells when it opens.',
  );

export const tooLateForAuction = (auction: 'open' | 'close') =>
  new AppError(
    'unprocessable',
    'trading.too_late_for_auction',
    auction === 'open'
      ? 'opg is taken until 9:28 New York, and from 19:00 on for the next session.'
      : 'cls is taken until 10 minutes before the close, and from 19:00 New York on for the next session.',
    { details: { auction } },
  );

export const tooManyOrders = (limit: number) =>
  new AppError(
    'conflict',
    'trading.too_many_orders',
    `There are ${limit} working orders already: wait for one to end, or cancel one.`,
    { details: { limit } },
  );

export const badLots = (message: string) =>
  new AppError('unprocessable', 'trading.bad_lots', message);

export const badReplacement = (message: string) =>
  new AppError('unprocessable', 'trading.bad_replacement', message);

export const badSignalValidity = (maxMs: number) =>
  new AppError(
    'unprocessable',
    'trading.bad_signal_validity',
    'A signal ends in the future, and within 24 hours.',
    { details: { maxMs } },
  );

export const tooManySignals = (limit: number) =>
  new AppError(
    'conflict',
    'trading.too_many_signals',
    `There are ${limit} valid signals already: wait for one to end.`,
    { details: { limit } },
  );
