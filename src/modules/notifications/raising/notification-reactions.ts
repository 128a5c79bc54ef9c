import { Injectable } from '@nestjs/common';
import { DomainEvents } from '../../../database/index.js';
import { ChannelRegistry, LivePublisher } from '../../../realtime/index.js';
import { TrainingFinished } from '../../ai-studio/ai-studio.events.js';
import { NewDeviceSeen, PasswordChanged } from '../../auth/auth.events.js';
import { ImportEnded } from '../../journal/journal.events.js';
import { AlertRaised, AlertResolved } from '../../monitoring/monitoring.events.js';
import { PriceAlertFired } from '../../price-alerts/price-alerts.events.js';
import { OrderChanged, OrderFilled, SignalCreated } from '../../trading/trading.events.js';
import { UsersService } from '../../users/index.js';
import { notificationsChannel, SNAPSHOT_SIZE } from '../notifications.channels.js';
import { NotificationsService } from '../inbox/notifications.service.js';
import { NotificationCreated } from '../notifications.events.js';
import {
  draftOfAlert,
  draftOfFill,
  draftOfImport,
  draftOfNewDevice,
  draftOfPasswordChange,
  draftOfPriceAlert,
  draftOfRejection,
  draftOfSignal,
  draftOfTraining,
  type NotificationDraft,
} from './notification-draft.js';
import { Notifier } from './notifier.js';

/**
 * What users are told about. These are announcements, not reactions: who is told of a fill and asks, sees it,
 * and the live message of the fill itself does not wait for the notification to be stored.
 */
@Injectable()
export class NotificationReactions {
  constructor(
    private readonly notifier: Notifier,
    private readonly users: UsersService,
    events: DomainEvents,
    channels: ChannelRegistry,
    live: LivePublisher,
    inbox: NotificationsService,
  ) {
    events.announce(OrderFilled, (fill) => notifier.notify([fill.userId], draftOfFill(fill)));
    events.announce(OrderChanged, async (change) => {
      if (change.order.status !== 'rejected') return;
      await notifier.notify([change.userId], draftOfRejection(change));
    });
    events.announce(ImportEnded, (ended) => notifier.notify([ended.userId], draftOfImport(ended)));
    events.announce(TrainingFinished, (ended) =>
      notifier.notify([ended.userId], draftOfTraining(ended)),
    );
    events.announce(SignalCreated, (signal) =>
      notifier.notify([signal.userId], draftOfSignal(signal)),
    );
    events.announce(PriceAlertFired, (fired) =>
      notifier.notify([fired.userId], draftOfPriceAlert(fired)),
    );
    events.announce(PasswordChanged, (change) =>
      notifier.notify([change.userId], draftOfPasswordChange(change)),
    );
    events.announce(NewDeviceSeen, (seen) =>
      notifier.notify([seen.userId], draftOfNewDevice(seen)),
    );
    events.announce(AlertRaised, (alert) => this.#tellAdmins(draftOfAlert('alert-raised', alert)));
    events.announce(AlertResolved, (alert) =>
      this.#tellAdmins(draftOfAlert('alert-resolved', alert)),
    );

    channels.declare(notificationsChannel, ({ userId = '' }) =>
      inbox.list(userId, { limit: SNAPSHOT_SIZE }),
    );
    events.announce(NotificationCreated, ({ userId, notification }, { id }) =>
      live.publish(notificationsChannel, { userId }, notification, { id }),
    );
  }

  async #tellAdmins(draft: NotificationDraft): Promise<void> {
    await this.notifier.notify(await this.users.listIdsWithRole('admin'), draft);
  }
}
