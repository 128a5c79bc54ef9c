import { AppError } from '../../../kernel/app-error.js';

export const invalidBookOrder = (field: string, rule: string) =>
  new AppError('invalid', 'trading.invalid_book_order', `${field} ${rule}.`, {
    details: { field },
  });

export const duplicateOrderId = (orderId: string) =>
  new AppError('conflict', 'trading.duplicate_order_id', 'An order with this id rests already.', {
    details: { orderId },
  });

export const bookFull = (limit: number, unit: 'orders' | 'lots') =>
  new AppError('conflict', 'trading.book_full', `The book holds up to ${limit} ${unit}.`, {
    details: { limit, unit },
  });

export const invalidBookSnapshot = (why: string) =>
  new AppError('internal', 'trading.invalid_book_snapshot', `The book cannot be restored: ${why}.`);
