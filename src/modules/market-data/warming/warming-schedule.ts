import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../kernel/clock.js';
import { Queues, ScheduleRegistry } from '../../../redis/index.js';
import { marketDataQueue, warmCachesSchedule } from '../market-data.queues.js';

/** Sends the warming to the queue: it may take a while, and is tried again there. */
@Injectable()
export class WarmingSchedule {
  constructor(schedules: ScheduleRegistry, queues: Queues, @Inject(Clock) clock: Clock) {
    schedules.register(warmCachesSchedule, async () => {
      const id = `warm-caches-${clock.nowMs()}`;
      return queues.add(marketDataQueue, 'warm-caches', {}, { id });
    });
  }
}
