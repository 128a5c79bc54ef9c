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

export const badQuantity = (multipleOf: number) =>
  new AppError(
    'unprocessable',
    'trading.bad_quantity',
    `Options are ordered in whole contracts: a multiple of ${multipleOf} shares.`,
    { details: { multipleOf } },
  );

export const uncoveredOption = (right: 'call' | 'put', required: Money, available: Money) =>
  new AppError(
    'unprocessable',
    'trading.uncovered_option',
    right === 'call'
      ? 'Who writes calls holds the shares for them, free of other orders.'
      : 'Who writes puts has the cash for the shares, free of other orders.',
    { details: { required: moneyText(required), available: moneyText(available) } },
  );

export const oppositeOrder = () =>
  new AppError(
    'unprocessable',
    'trading.opposite_order',
    'An order for a contract, or of shares that are sold short, opens a position or closes one: this one might do both.',
  );

export const notInTheMoney = (price: string) =>
  new AppError(
    'unprocessable',
    'trading.not_in_the_money',
    'Exercising the contract would give nothing at the price of its underlying.',
    { details: { price } },
  );

export const contractNotListed = (symbol: string) =>
  new AppError(
    'unprocessable',
    'trading.contract_not_listed',
    'The chain does not list this contract today, and the account does not hold it.',
    { details: { symbol } },
  );
export const noPosition = (symbol: string) =>
  new AppError('not_found', 'trading.no_position', 'The account holds nothing to close.', {
    details: { symbol },
  });

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

export const accountNotFound = () =>
  new AppError('not_found', 'trading.account_not_found', 'The user has no account.');

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

/** An order of a group that is none: what is missing, or does not go together. */
export const badExtendedHours = () =>
  new AppError(
    'unprocessable',
    'trading.bad_extended_hours',
    'extendedHours goes with simple limit orders that are day or gtc, and with no other.',
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

export const badCorporateAction = (message: string) =>
  new AppError('unprocessable', 'trading.bad_corporate_action', message);

export const contractsOpen = (underlying: string, contract: string) =>
  new AppError(
    'conflict',
    'trading.contracts_open',
    'Option contracts on this symbol are held or written: they would stand for something else afterwards.',
    { details: { underlying, contract } },
  );

export const oppositePositions = (symbol: string, newSymbol: string) =>
  new AppError(
    'conflict',
    'trading.opposite_positions',
    'An account is short of one of the symbols and holds the other: they cannot become one position.',
    { details: { symbol, newSymbol } },
  );

export const symbolChanging = (symbol: string) =>
  new AppError(
    'conflict',
    'trading.symbol_changing',
    'Another symbol is about to become this one: announce again once that is done.',
    { details: { symbol } },
  );

export const corporateActionReused = (reference: string) =>
  new AppError(
    'unprocessable',
    'trading.corporate_action_reused',
    'This reference belongs to another corporate action.',
    { details: { reference } },
  );

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

export const accountBusy = (cause?: unknown) =>
  new AppError(
    'conflict',
    'trading.account_busy',
    'Too much is going on with the account at this moment: nothing was done, ask again.',
    { cause, passing: true },
  );

/** Refusals of the risk checks tell what is allowed and what was asked for. */
const overLimit = (code: string, message: string, limit: Money, asked: Money, more: object = {}) =>
  new AppError('unprocessable', code, message, {
    details: { ...more, limit: moneyText(limit), asked: moneyText(asked) },
  });

export const orderTooLarge = (of: 'quantity' | 'notional', limit: Money, asked: Money) =>
  overLimit(
    'trading.order_too_large',
    'A single order of this account may not be that large.',
    limit,
    asked,
    { of },
  );

export const positionTooLarge = (limit: Money, asked: Money) =>
  overLimit(
    'trading.position_limit',
    'With all its working orders the position in this symbol would become too large.',
    limit,
    asked,
  );

export const priceOutsideCollar = (limit: Money, asked: Money) =>
  overLimit(
    'trading.price_outside_collar',
    'The limit price lies too far through the market.',
    limit,
    asked,
  );

export const washTrade = (orderId: string | undefined) =>
  new AppError(
    'unprocessable',
    'trading.wash_trade',
    'A working order of yours on the other side could trade with this one: cancel it first.',
    { details: { orderId } },
  );

export const staleQuote = (symbol: string, limitMs: number, ageMs: number) =>
  new AppError('conflict', 'trading.stale_quote', 'The market has not quoted for too long.', {
    details: { symbol, limit: limitMs, asked: ageMs },
  });

export const symbolHalted = (symbol: string, reason: string) =>
  new AppError('conflict', 'trading.symbol_halted', 'Trading in this symbol is halted.', {
    details: { symbol, reason },
  });

export const notHalted = (symbol: string) =>
  new AppError('not_found', 'trading.not_halted', 'Trading in this symbol is not halted.', {
    details: { symbol },
  });

export const signalNotFound = () =>
  new AppError('not_found', 'trading.signal_not_found', 'There is no such signal.');

export const signalFinal = (from: string, to: string) =>
  new AppError(
    'conflict',
    'trading.signal_final',
    `A signal that is ${from} cannot become ${to}.`,
    { details: { status: from } },
  );

export const signalWithoutSize = () =>
  new AppError(
    'unprocessable',
    'trading.signal_without_size',
    'The signal suggests no quantity, or less than the smallest order: say how much.',
  );

/** A signal may not become an order by itself: its owner can still approve it. */
export const autoTradingRefused = (
  why: 'disabled' | 'order_limit' | 'daily_loss' | 'open_positions' | 'position_limit',
  limit?: Money,
  asked?: Money,
) =>
  new AppError(
    'unprocessable',
    `trading.auto_${why}`,
    'The settings of automatic trading do not allow this order.',
    limit && asked ? { details: { limit: moneyText(limit), asked: moneyText(asked) } } : {},
  );
