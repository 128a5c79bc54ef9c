import { Injectable } from '@nestjs/common';
import { DomainEvents } from '../../database/index.js';
import { Caches } from '../../redis/index.js';
import { fillsTag, signalsTag } from './trading.caches.js';
import {
  CashTransferred,
  CorporateActionApplied,
  OrderFilled,
  SignalChanged,
  SignalCreated,
} from './trading.events.js';

/**
 * Drops what an event makes wrong. By tag, not by key: also what another process is computing right now
 * is refused then.
 */
@Injectable()
export class TradingReactions {
  constructor(events: DomainEvents, caches: Caches) {
    events.on(OrderFilled, ({ userId }) => caches.invalidateTags([fillsTag(userId)]));
    events.on(CashTransferred, ({ userId }) => caches.invalidateTags([fillsTag(userId)]));
    events.on(CorporateActionApplied, ({ userId }) => caches.invalidateTags([fillsTag(userId)]));
    // The service drops it before it answers; this is for the process that died in between.
    events.on(SignalChanged, ({ userId }) => caches.invalidateTags([signalsTag(userId)]));
    events.on(SignalCreated, ({ userId }) => caches.invalidateTags([signalsTag(userId)]));
  }
}
