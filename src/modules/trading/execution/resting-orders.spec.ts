import { nextAttempt } from './resting-orders.js';

describe('nextAttempt', () => {
  it('sends an order that stays due ever less often, down to once a minute', () => {
    let attempt = nextAttempt(undefined, 1, 0);
    const moments = [attempt.nextMs];
    while (moments.length < 8) {
      attempt = nextAttempt(attempt, 1, attempt.nextMs);
      moments.push(attempt.nextMs);
    }
    const seconds = moments.map((ms) => ms / 1_000);
    expect(seconds).toEqual([1, 3, 7, 15, 31, 63, 123, 183]);
  });
});
