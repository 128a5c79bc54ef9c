import { Injectable } from '@nestjs/common';
import { SmsSender, SystemConfigService } from '../../system-config/index.js';
import { UserSettingsService } from '../../users/index.js';
import {
  NotificationChannel,
  TARGET_GONE,
  type DeliveryOutcome,
} from '../channels/notification-channel.js';
import type { NotificationRow } from '../notifications.table.js';
import { renderStored } from '../templates/render-notification.js';
import { PhonesRepository } from './phones.repository.js';

/** As a text message to the number that the user has verified. */
@Injectable()
export class SmsChannel extends NotificationChannel {
  override readonly name = 'sms';

  constructor(
    private readonly phones: PhonesRepository,
    private readonly sms: SmsSender,
    private readonly settings: UserSettingsService,
    private readonly config: SystemConfigService,
  ) {
    super();
  }

  override async targetsOf(
    userIds: readonly string[],
  ): Promise<ReadonlyMap<string, readonly string[]>> {
    const verified = await this.phones.listVerified(userIds);
    return new Map(verified.map((userId) => [userId, ['']]));
  }

  override async deliver(notification: NotificationRow): Promise<DeliveryOutcome> {
    const { userId } = notification;
    const phone = await this.phones.find(userId);
    if (!phone || phone.verifiedAt === null) return TARGET_GONE;
    const [audience, { siteName }] = await Promise.all([
      this.settings.get(userId),
      this.config.system(),
    ]);
    const { title, short } = renderStored(notification, audience);
    const text = `${siteName}: ${short}`;
    const outcome = await this.sms.send({ to: phone.number, text });
    if (outcome.kind === 'sent') return outcome;
    const { failure } = outcome;
    if (failure.code !== 'system_config.sms_not_configured') return outcome;
    const message = { recipient: phone.number, subject: title, text, html: null };
    return { kind: 'not-configured', code: failure.code, message };
  }
}
