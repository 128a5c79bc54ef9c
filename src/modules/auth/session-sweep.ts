import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HOUR_MS } from '../../kernel/duration.js';
import { defineSchedule, ScheduleRegistry, SessionStore } from '../../redis/index.js';

const sweep = defineSchedule({
  name: 'sessions.sweep',
  description: 'Forgets the records of sessions that ended by their absolute limit',
  everyMs: HOUR_MS,
});

@Injectable()
export class SessionSweep implements OnModuleInit {
  constructor(
    private readonly schedules: ScheduleRegistry,
    private readonly sessions: SessionStore,
  ) {}

  onModuleInit(): void {
    this.schedules.register(sweep, async ({ signal }) => ({
      swept: await this.sessions.sweep(signal),
    }));
  }
}
