import { Injectable, type OnModuleInit } from '@nestjs/common';
import { QuotaBook } from '../../../http/index.js';
import { DAY_MS } from '../../../kernel/duration.js';
import { defineSchedule, ScheduleRegistry } from '../../../redis/index.js';

const sweep = defineSchedule({
  name: 'limits.forget-quotas',
  description: 'Drops what was used of quotas in periods long past',
  everyMs: DAY_MS,
});

@Injectable()
export class QuotaSweep implements OnModuleInit {
  constructor(
    private readonly schedules: ScheduleRegistry,
    private readonly quotas: QuotaBook,
  ) {}

  onModuleInit(): void {
    this.schedules.register(sweep, async () => ({ forgotten: await this.quotas.forgetOld() }));
  }
}
