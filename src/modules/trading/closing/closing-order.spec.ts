import { money } from '../../../kernel/money.js';
import { closingOrder } from './closing-order.js';

const close = (held: string, request: object = {}) => closingOrder('AAPL', money(held), request);
const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'none';
};

describe('the order that closes a position', () => {
  it('sells what is held, and buys back what is owed', () => {
    expect(close('7.5')).toEqual({
      ...{ symbol: 'AAPL', side: 'sell', type: 'market', quantity: '7.5', timeInForce: 'gtc' },
    });
    expect(close('-3')).toMatchObject({ side: 'buy', quantity: '3' });
  });

  it('is for all of it exactly, however small the shares are that a split has left', () => {
    expect(close('1.0000000001').quantity).toBe('1.0000000001');
    expect(close('1.0000000001', { percentage: '100' }).quantity).toBe('1.0000000001');
  });

  it('is for a part, in shares or per cent, rounded down', () => {
    expect(close('10', { quantity: '4' }).quantity).toBe('4');
    expect(close('10', { percentage: '25' }).quantity).toBe('2.5');
    // A third of 10: 3.333333 and not 3.333334, for that would be more.
    expect(close('10', { percentage: '33.3333' }).quantity).toBe('3.33333');
    expect(close('1', { percentage: '66.6667' }).quantity).toBe('0.666667');
    expect(close('0.00001', { percentage: '19' }).quantity).toBe('0.000001');
  });

  it('is refused where there is nothing to close, or not so much', () => {
    expect(codeOf(() => close('0'))).toBe('trading.no_position');
    expect(codeOf(() => close('0.00001', { percentage: '1' }))).toBe('trading.no_position');
    expect(codeOf(() => close('2', { quantity: '2.000001' }))).toBe(
      'trading.insufficient_position',
    );
  });

  it('keeps the id that it was asked for under', () => {
    expect(close('1', { client_order_id: 'out-1' }).client_order_id).toBe('out-1');
  });
});
