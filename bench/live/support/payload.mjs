// @ts-check
/** To everybody. */
export const FAN_OUT = 'bench.fan-out';
/** To one user. */
export const FILLS = 'bench.fills';

/**
 * A fill as the application tells it, and when it was sent.
 * @param {number} i @param {number} sentAt
 */
export function fillOf(i, sentAt) {
  return {
    ...{ i, sentAt },
    id: '0193a0a1-7c52-7d0e-9f4a-3d1c5b6e7f80',
    orderId: '0193a0a1-7c51-7b2e-8a41-94b7d1c0e2f3',
    symbol: 'AAPL',
    side: 'buy',
    quantity: '25',
    price: '187.4200',
    quoteAsOf: '2026-01-05T15:30:00.250Z',
    quoteSource: 'simulated',
    fee: '1.00',
    rule: 'market',
    sequence: 1_207,
    slippage: '0.0100',
    executedAt: '2026-01-05T15:30:00.412Z',
  };
}
