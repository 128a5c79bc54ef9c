import { AppError } from '../../kernel/app-error.js';

export const priceAlertNotFound = () =>
  new AppError('not_found', 'price_alerts.not_found', 'There is no such price alert.');

export const unknownSymbol = (symbol: string) =>
  new AppError('unprocessable', 'price_alerts.unknown_symbol', 'Nothing listed has this symbol.', {
    details: { symbol },
  });

export const tooManyPriceAlerts = (limit: number) =>
  new AppError(
    'conflict',
    'price_alerts.too_many',
    `You have ${limit} armed price alerts already: remove one first.`,
    { details: { limit } },
  );
