import { marketStatusAt } from './market-status.js';

const at = (text: string) => marketStatusAt(Date.parse(text));

describe('the status of the market', () => {
  it('is open from the first moment of a session to before its last', () => {
    expect(at('2025-03-14T13:29:59.999Z')).toMatchObject({
      state: 'closed',
      reason: 'before-open',
    });
    expect(at('2025-03-14T13:30:00Z')).toMatchObject({ state: 'open', reason: 'session' });
    expect(at('2025-03-14T19:59:59.999Z')).toMatchObject({ state: 'open', reason: 'session' });
    expect(at('2025-03-14T20:00:00Z')).toMatchObject({ state: 'closed', reason: 'after-close' });
  });

  it('tells the session of the day and what comes next', () => {
    expect(at('2025-07-03T14:00:00Z')).toEqual({
      market: 'XNYS',
      state: 'open',
      reason: 'session',
      holiday: null,
      session: {
        date: '2025-07-03',
        opensAt: '2025-07-03T13:30:00.000Z',
        closesAt: '2025-07-03T17:00:00.000Z',
        earlyClose: true,
      },
      nextOpenAt: '2025-07-07T13:30:00.000Z',
      nextCloseAt: '2025-07-03T17:00:00.000Z',
      asOf: '2025-07-03T14:00:00.000Z',
      source: 'calendar',
    });
  });

  it('names the holiday, and knows weekends by the day in New York', () => {
    expect(at('2025-07-04T14:00:00Z')).toMatchObject({
      state: 'closed',
      reason: 'holiday',
      holiday: 'Independence Day',
      session: null,
      nextOpenAt: '2025-07-07T13:30:00.000Z',
    });
    // Still Friday evening in New York.
    expect(at('2025-03-15T01:00:00Z')).toMatchObject({ reason: 'after-close' });
    expect(at('2025-03-15T12:00:00Z')).toMatchObject({ reason: 'weekend', holiday: null });
  });
});
