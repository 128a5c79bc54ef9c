import { Injectable } from '@nestjs/common';
import { DomainEvents } from '../../database/index.js';
import { ChannelRegistry, LivePublisher } from '../../realtime/index.js';
import { HaltsService } from './halts/halts.service.js';
import {
  fillsChannel,
  haltsChannel,
  ordersChannel,
  positionsChannel,
  signalsChannel,
} from './trading.channels.js';
import {
  OrderChanged,
  OrderFilled,
  SignalChanged,
  SignalCreated,
  TradingHaltChanged,
} from './trading.events.js';
import { TradingSnapshots } from './trading.snapshots.js';

/** Tells a trader's sockets what happened to its orders and signals, once it is committed. */
@Injectable()
export class TradingLive {
  constructor(
    events: DomainEvents,
    channels: ChannelRegistry,
    live: LivePublisher,
    snapshots: TradingSnapshots,
    halts: HaltsService,
  ) {
    channels.declare(ordersChannel, (of) => snapshots.orders(of));
    channels.declare(fillsChannel, (of) => snapshots.fills(of));
    channels.declare(signalsChannel, (of) => snapshots.signals(of));
    channels.declare(positionsChannel, (of) => snapshots.positions(of));
    channels.declare(haltsChannel, async () => ({ halts: await halts.list() }));
    events.announce(OrderChanged, ({ userId, order }, { id }) =>
      live.publish(ordersChannel, { userId }, order, { id }),
    );
    events.announce(OrderFilled, ({ userId, trade }, { id }) =>
      live.publish(fillsChannel, { userId }, trade, { id }),
    );
    events.announce(SignalCreated, ({ userId, signal }, { id }) =>
      live.publish(signalsChannel, { userId }, signal, { id }),
    );
    events.announce(SignalChanged, ({ userId, signal }, { id }) =>
      live.publish(signalsChannel, { userId }, signal, { id }),
    );
    events.announce(TradingHaltChanged, (change, { id }) =>
      live.publish(haltsChannel, {}, change, { id }),
    );
  }
}
