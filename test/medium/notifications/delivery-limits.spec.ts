import { TARGET_BUSY } from '../../../src/modules/notifications/channels/notification-channel.js';
import { DeliveryLimits } from '../../../src/modules/notifications/delivery/delivery-limits.js';
import { MemoryRateLimiter } from '../../../src/redis/rate-limit/memory.rate-limiter.js';
import { ManualClock } from '../../support/manual-clock.js';

const HOUR_MS = 3_600_000;
const NEWS = { userId: 'trader', kind: 'order-filled' } as const;

describe('what one user is sent', () => {
  let clock: ManualClock;
  let limits: DeliveryLimits;

  beforeEach(() => {
    clock = new ManualClock();
    limits = new DeliveryLimits(new MemoryRateLimiter(clock));
  });

  it.each([
    ['email', 60],
    ['sms', 10],
    ['push', 120],
    ['webhook', 600],
  ] as const)(
    'by %s is %i an hour, whatever else is sent and to whom; the next waits until there is room',
    async (channel, limit) => {
      const first = { channel, attempts: 1, lastError: null };
      for (let i = 0; i < limit; i += 1) expect(await limits.waitMs(first, NEWS)).toBe(0);
      const waitMs = await limits.waitMs(first, NEWS);
      expect(waitMs).toBeGreaterThan(0);
      expect(waitMs).toBeLessThanOrEqual(HOUR_MS);
      const free = [
        limits.waitMs({ ...first, attempts: 2 }, NEWS),
        // It was counted before it waited for its turn.
        limits.waitMs({ ...first, lastError: TARGET_BUSY }, NEWS),
        limits.waitMs(first, { ...NEWS, kind: 'password-changed' }),
        limits.waitMs(first, { ...NEWS, kind: 'digest' }),
        limits.waitMs(first, { ...NEWS, userId: 'another' }),
        limits.waitMs({ ...first, channel: channel === 'sms' ? 'push' : 'sms' }, NEWS),
      ];
      expect(await Promise.all(free)).toEqual([0, 0, 0, 0, 0, 0]);
      clock.advance(waitMs);
      expect(await limits.waitMs(first, NEWS)).toBe(0);
    },
  );
});
