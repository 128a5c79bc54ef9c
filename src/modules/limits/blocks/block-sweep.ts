import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../../../kernel/clock.js';
import { HOUR_MS } from '../../../kernel/duration.js';
import { defineSchedule, ScheduleRegistry } from '../../../redis/index.js';
import { forgivenBeforeMs, REMEMBERED_MS } from './block-duration.js';
import { BlocksRepository } from './blocks.repository.js';

const sweep = defineSchedule({
  name: 'limits.forget-blocks',
  description: 'Forgets blocks that ended a day ago, and changes of blocks after a year',
  everyMs: HOUR_MS,
});

@Injectable()
export class BlockSweep implements OnModuleInit {
  constructor(
    private readonly schedules: ScheduleRegistry,
    private readonly rows: BlocksRepository,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.schedules.register(sweep, async () => {
      const nowMs = this.clock.nowMs();
      const endedBefore = new Date(forgivenBeforeMs(nowMs));
      const changedBefore = new Date(nowMs - REMEMBERED_MS);
      return { forgotten: await this.rows.forget(endedBefore, changedBefore) };
    });
  }
}
