import { Injectable } from '@nestjs/common';
import { DomainEvents } from '../../database/index.js';
import { ChannelRegistry, LivePublisher } from '../../realtime/index.js';
import {
  fillsChannel,
  ordersChannel,
  positionsChannel,
  signalsChannel,
} from './trading.channels.js';
import { OrderChanged, OrderFilled, SignalCreated } from './trading.events.js';

/** Tells a trader's sockets what happened to its orders and signals, once it is committed. */
@Injectable()
export class TradingLive {
  constructor(events: DomainEvents, channels: ChannelRegistry, live: LivePublisher) {
    channels.declare(ordersChannel, fillsChannel, signalsChannel, positionsChannel);
    events.announce(OrderChanged, ({ userId, order }) =>
      live.publish(ordersChannel, { userId }, order),
    );
    events.announce(OrderFilled, ({ userId, trade }) =>
      live.publish(fillsChannel, { userId }, trade),
    );
    events.announce(SignalCreated, ({ userId, signal }) =>
      live.publish(signalsChannel, { userId }, signal),
    );
  }
}
