import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HOUR_MS } from '../../kernel/duration.js';
import { defineSchedule, ScheduleRegistry, SessionStore } from '../../redis/index.js';
import { SignInPlaces } from './sign-in-places/sign-in-places.js';

const sweep = defineSchedule({
  name: 'sessions.sweep',
  description:
    'Forgets the records of sessions that ended by their absolute limit, and where nobody has signed in for a year',
  everyMs: HOUR_MS,
});

@Injectable()
export class SessionSweep implements OnModuleInit {
  constructor(
    private readonly schedules: ScheduleRegistry,
    private readonly sessions: SessionStore,
    private readonly places: SignInPlaces,
  ) {}

  onModuleInit(): void {
    this.schedules.register(sweep, async ({ signal }) => ({
      swept: await this.sessions.sweep(signal),
      places: await this.places.forget(signal),
    }));
  }
}
