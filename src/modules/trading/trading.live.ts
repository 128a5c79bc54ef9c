import { Injectable } from '@nestjs/common';
import { DomainEvents } from '../../database/index.js';
import { ChannelRegistry, LivePublisher } from '../../realtime/index.js';
import { fillsChannel, ordersChannel } from './trading.channels.js';
import { OrderChanged, OrderFilled } from './trading.events.js';

/** Tells a trader's sockets what happened to its orders, once it is committed. */
@Injectable()
export class TradingLive {
  constructor(events: DomainEvents, channels: ChannelRegistry, live: LivePublisher) {
    channels.declare(ordersChannel, fillsChannel);
    events.announce(OrderChanged, ({ userId, order }) =>
      live.publish(ordersChannel, { userId }, order),
    );
    events.announce(OrderFilled, ({ userId, trade }) =>
      live.publish(fillsChannel, { userId }, trade),
    );
  }
}
