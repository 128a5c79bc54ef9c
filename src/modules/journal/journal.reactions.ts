import { Injectable } from '@nestjs/common';
import { DomainEvents } from '../../database/index.js';
import { ChannelRegistry, LivePublisher } from '../../realtime/index.js';
import { Caches } from '../../redis/index.js';
import { OrderFilled } from '../trading/trading.events.js';
import { journalTag } from './journal.caches.js';
import { importChannel } from './journal.channels.js';
import { ImportsService } from './imports/imports.service.js';
import { ImportChanged, TradesImported, TradesRemoved } from './journal.events.js';
import { TradesService } from './trades/trades.service.js';

/** What follows from news: own fills enter the journal, what was computed from it is dropped, followers hear. */
@Injectable()
export class JournalReactions {
  constructor(
    events: DomainEvents,
    channels: ChannelRegistry,
    live: LivePublisher,
    caches: Caches,
    trades: TradesService,
    imports: ImportsService,
  ) {
    channels.declare(importChannel, ({ userId = '', parameter = '' }) =>
      imports.get(userId, parameter),
    );
    events.on(OrderFilled, async (filled) => {
      await trades.addOwn(filled);
      await caches.invalidateTags([journalTag(filled.userId)]);
    });
    events.on(TradesImported, ({ userId }) => caches.invalidateTags([journalTag(userId)]));
    events.on(TradesRemoved, ({ userId }) => caches.invalidateTags([journalTag(userId)]));
    events.announce(ImportChanged, ({ userId, import: summary }, { id }) =>
      live.publish(importChannel, { userId, parameter: summary.id }, summary, { id }),
    );
  }
}
