import { Inject, Injectable } from '@nestjs/common';
import { DomainEvents } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { Queues, ScheduleRegistry } from '../../../redis/index.js';
import { MarketClosed, MarketOpened } from '../market-data.events.js';
import { marketDataQueue, warmCachesSchedule } from '../market-data.queues.js';

/**
 * Sends the warming to the queue: it may take a while, and is tried again there. Also when a session begins or ends: everybody
 * looks then.
 */
@Injectable()
export class WarmingSchedule {
  constructor(
    schedules: ScheduleRegistry,
    queues: Queues,
    events: DomainEvents,
    @Inject(Clock) clock: Clock,
  ) {
    schedules.register(warmCachesSchedule, async () => {
      const id = `warm-caches-${clock.nowMs()}`;
      return queues.add(marketDataQueue, 'warm-caches', {}, { id });
    });
    for (const event of [MarketOpened, MarketClosed]) {
      events.on(event, async ({ at }) => {
        await queues.add(
          marketDataQueue,
          'warm-caches',
          {},
          { id: `warm-caches-${Date.parse(at)}` },
        );
      });
    }
  }
}
