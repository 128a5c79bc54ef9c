import { Injectable } from '@nestjs/common';
import { DomainEvents } from '../../../database/index.js';
import { Queues, ScheduleRegistry } from '../../../redis/index.js';
import { MarketClosed, MarketOpened } from '../market-data.events.js';
import { marketDataQueue, warmCachesSchedule } from '../market-data.queues.js';

/**
 * Sends the warming to the queue: it may take a while, and is tried again there. Also when a session begins or ends: everybody
 * looks then, and one that was begun before will not do.
 */
@Injectable()
export class WarmingSchedule {
  constructor(schedules: ScheduleRegistry, queues: Queues, events: DomainEvents) {
    // After a pause of the queue one is enough, however long it was.
    const dedupe = { key: 'warm-caches' };
    schedules.register(warmCachesSchedule, () =>
      queues.add(marketDataQueue, 'warm-caches', {}, { dedupe }),
    );
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
