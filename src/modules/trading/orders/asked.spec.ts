import { liquidateSchema } from '../closing/closing.dto.js';
import { CLIENT_ORDER_ID, placeOrderSchema } from '../trading.dto.js';
import { askedOf, assertAskedAgain, isMarketOrderOf, type AskedKind } from './asked.js';

const place = (order: object): string =>
  askedOf(
    'place',
    'AAPL',
    placeOrderSchema.parse({ symbol: 'aapl', side: 'buy', type: 'market', ...order }),
  );
const isAnswered = (asked: string | null, now: string, isLikeIt = false): boolean => {
  try {
    assertAskedAgain({ asked, clientOrderId: 'x' }, now, isLikeIt);
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: 'trading.client_order_id_reused', kind: 'unprocessable' });
    return false;
  }
};

describe('what was asked for under a client_order_id', () => {
  it('is the same however it is written', () => {
    const asked = place({ quantity: '10', client_order_id: 'x' });
    expect(place({ timeInForce: 'gtc', quantity: '10.00', extendedHours: false })).toBe(asked);
    expect(place({ orderClass: 'simple', quantity: '010', symbol: 'AAPL' })).toBe(asked);
    const until = (expiresAt: string) =>
      place({ quantity: '1', type: 'limit', limitPrice: '9.5', timeInForce: 'gtd', expiresAt });
    expect(until('2030-01-01T00:00:00.000Z')).toBe(until('2030-01-01T00:00:00Z'));
    const stop = (stopLoss: object) => place({ quantity: '1', orderClass: 'oto', stopLoss });
    expect(stop({ stopPrice: '9', limitPrice: '8.5' })).toBe(
      stop({ limitPrice: '8.50', stopPrice: '9.0' }),
    );
  });

  it.each<[AskedKind, string, object]>([
    ['close', 'AAPL', { quantity: '2' }],
    ['close', 'AAPL', { percentage: '2' }],
    ['close', 'MSFT', {}],
    ['replace', 'AAPL', {}],
    ['exercise', 'AAPL', {}],
    ['liquidate', 'AAPL', {}],
  ])('is something else as %s of %s %j than as the closing of AAPL', (kind, subject, body) => {
    const asked = askedOf('close', 'AAPL', {});
    expect(isAnswered(asked, askedOf('close', 'AAPL', { client_order_id: 'x' }))).toBe(true);
    expect(isAnswered(asked, askedOf(kind, subject, body))).toBe(false);
  });

  it.each([
    { side: 'sell' },
    { quantity: '11' },
    { lots: [{ id: '0199a1b2-0000-7000-8000-000000000000', quantity: '1' }] },
    { timeInForce: 'day' },
    { orderClass: 'oto', stopLoss: { stopPrice: '9' } },
  ])('is something else with %j', (change) => {
    expect(place({ quantity: '10', ...change })).not.toBe(place({ quantity: '10' }));
  });

  it('is judged by the order where it was not stored: one of a release before', () => {
    const row = { symbol: 'AAPL', type: 'market', quantity: '2.0000000000' } as const;
    const now = askedOf('close', 'AAPL', { quantity: '2' });
    expect(isAnswered(null, now, isMarketOrderOf(row, 'AAPL', '2'))).toBe(true);
    expect(isAnswered(null, now, isMarketOrderOf(row, 'AAPL'))).toBe(true);
    expect(isAnswered(null, now, isMarketOrderOf(row, 'AAPL', '3'))).toBe(false);
    expect(isAnswered(null, now, isMarketOrderOf(row, 'MSFT', '2'))).toBe(false);
    expect(isMarketOrderOf({ ...row, type: 'limit' }, 'AAPL', '2')).toBe(false);
    // What was stored tells all of it, and the order nothing beside.
    expect(isAnswered(askedOf('place', 'AAPL', {}), now, true)).toBe(false);
  });

  it('has room for every symbol behind the name of a liquidation', () => {
    const longest = 'x'.repeat(42);
    expect(liquidateSchema.safeParse({ client_order_id: longest }).success).toBe(true);
    expect(liquidateSchema.safeParse({ client_order_id: `${longest}x` }).success).toBe(false);
    expect(`${longest}-GOOGLE271217C00150000`).toHaveLength(64);
    expect(`${longest}-GOOGLE271217C00150000`).toMatch(CLIENT_ORDER_ID);
  });
});
