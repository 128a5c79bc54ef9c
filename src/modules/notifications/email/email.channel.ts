import { Injectable } from '@nestjs/common';
import { Mailer, SystemConfigService } from '../../system-config/index.js';
import { UserSettingsService, UsersService } from '../../users/index.js';
import { NotificationChannel, type DeliveryOutcome } from '../channels/notification-channel.js';
import type { NotificationRow } from '../notifications.table.js';
import { renderStored } from '../templates/render-notification.js';
import { UnsubscribeLinks } from '../unsubscribe/unsubscribe-links.js';
import { renderNotificationEmail } from './notification-email.js';

/** To the address that the user signs in with. */
@Injectable()
export class EmailChannel extends NotificationChannel {
  override readonly name = 'email';

  constructor(
    private readonly users: UsersService,
    private readonly settings: UserSettingsService,
    private readonly config: SystemConfigService,
    private readonly mailer: Mailer,
    private readonly links: UnsubscribeLinks,
  ) {
    super();
  }

  override targetsOf(userIds: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    return Promise.resolve(new Map(userIds.map((userId) => [userId, ['']])));
  }

  override async deliver(notification: NotificationRow): Promise<DeliveryOutcome> {
    const { userId, createdAt } = notification;
    const [{ email, displayName }, audience, { siteName, supportEmail }] = await Promise.all([
      this.users.getProfile(userId),
      this.settings.get(userId),
      this.config.system(),
    ]);
    const unsubscribe = this.links.of(userId, notification.kind);
    const context = {
      siteName,
      supportEmail,
      recipientName: displayName,
      audience,
      unsubscribe,
    };
    const news = renderStored(notification, audience);
    const rendered = renderNotificationEmail(context, news, createdAt);
    const to = { name: '', address: email };
    const outcome = await this.mailer.send({
      id: notification.id,
      to,
      unsubscribeUrl: unsubscribe?.url ?? null,
      ...rendered,
    });
    if (outcome.kind === 'sent') return outcome;
    const { failure } = outcome;
    if (failure.code !== 'system_config.email_not_configured') return outcome;
    return {
      kind: 'not-configured',
      code: failure.code,
      message: { recipient: email, ...rendered },
    };
  }
}
