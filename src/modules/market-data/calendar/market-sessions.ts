import { Inject, Injectable } from '@nestjs/common';
import { Database, Outbox } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { MINUTE_MS } from '../../../kernel/duration.js';
import { defineSchedule, ScheduleRegistry } from '../../../redis/index.js';
import { MarketClosed, MarketOpened } from '../market-data.events.js';
import { MarketSessionsRepository } from './market-sessions.repository.js';
import { latestSession, sessionCalendar, type SessionPhase } from './session-calendar.js';

/** Later than this, no process was there to tell it in time. */
const LATE_MS = 2 * MINUTE_MS;

const opening = defineSchedule({
  name: 'market-data.open',
  description: 'Tells the application that the exchange has opened.',
  calendar: sessionCalendar('open'),
});

const closing = defineSchedule({
  name: 'market-data.close',
  description: 'Tells the application that the exchange has closed.',
  calendar: sessionCalendar('close'),
});

/** Tells that a session has begun or ended, once each, however often its schedule runs. */
@Injectable()
export class MarketSessions {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly told: MarketSessionsRepository,
    @Inject(Clock) private readonly clock: Clock,
    schedules: ScheduleRegistry,
  ) {
    schedules.register(opening, () => this.tell('open'));
    schedules.register(closing, () => this.tell('close'));
  }

  /** The latest there was; after an outage those before it are past. */
  async tell(phase: SessionPhase): Promise<{ date: string; new: boolean; late: boolean }> {
    const nowMs = this.clock.nowMs();
    const session = latestSession(phase, nowMs);
    const atMs = phase === 'open' ? session.openMs : session.closeMs;
    const late = nowMs - atMs > LATE_MS;
    const { date } = session;
    const event = phase === 'open' ? MarketOpened : MarketClosed;
    const isNew = await this.database.transaction(async (transaction) => {
      const added = await this.told.add(transaction.sql, date, phase, new Date(nowMs));
      const at = new Date(atMs).toISOString();
      if (added) await this.outbox.publish(transaction, event, { date, at, late });
      return added;
    });
    return { date, new: isNew, late };
  }
}
