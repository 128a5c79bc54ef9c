import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '../../../kernel/app-error.js';
import { Clock } from '../../../kernel/clock.js';
import { MINUTE_MS } from '../../../kernel/duration.js';
import {
  Mailer,
  SystemConfigService,
  type MailFailure,
  type MailOutcome,
} from '../../system-config/index.js';
import { UsersService } from '../../users/index.js';
import { NotificationsRepository } from '../inbox/notifications.repository.js';
import { notificationsQueue } from '../notifications.queues.js';
import type { DeliveryRow, DeliveryStatus } from '../notifications.table.js';
import { DeliveriesRepository } from './deliveries.repository.js';
import { renderNotificationEmail } from './notification-email.js';

/** Longer than any mail may take (`timeoutMs` of the mail settings, at most 30 s). */
const CLAIM_MS = MINUTE_MS;

/**
 * Sends the e-mails of notifications. Its row is claimed first, so however many jobs there are for an e-mail, one
 * at a time sends it, and none after it was sent. What SMTP cannot give is "exactly once": when a process dies, or
 * the connection, between the server's taking of a mail and our record of it, it is sent again, under the same
 * Message-ID.
 */
@Injectable()
export class EmailDeliveryService {
  constructor(
    private readonly deliveries: DeliveriesRepository,
    private readonly notifications: NotificationsRepository,
    private readonly users: UsersService,
    private readonly config: SystemConfigService,
    private readonly mailer: Mailer,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * @returns what has become of the e-mail; undefined for one that does not exist
   * @throws AppError unavailable for what is worth another attempt, unprocessable for what is not
   */
  async deliver(notificationId: string): Promise<{ status: DeliveryStatus | undefined }> {
    const nowMs = this.clock.nowMs();
    const until = new Date(nowMs + CLAIM_MS);
    const claimed = await this.deliveries.claim(notificationId, new Date(nowMs), until);
    if (!claimed) return this.#findDone(notificationId);
    const outcome = await this.#attempt(claimed);
    if (outcome.kind === 'sent') {
      await this.#finish(claimed, 'sent', null, outcome.sentAt);
      return { status: 'sent' };
    }
    return this.#recordFailure(claimed, outcome.failure);
  }

  async #findDone(notificationId: string): Promise<{ status: DeliveryStatus | undefined }> {
    const delivery = await this.deliveries.find(notificationId);
    if (delivery?.status !== 'sending' && delivery?.status !== 'pending') {
      return { status: delivery?.status };
    }
    throw new AppError(
      'unavailable',
      'notifications.email_in_progress',
      'Another job is sending it, or died while it did.',
    );
  }

  /** What is no failure of the mail, a database that is away say, gives the claim back. */
  async #attempt(delivery: DeliveryRow): Promise<MailOutcome> {
    try {
      return await this.#send(delivery.notificationId);
    } catch (error) {
      await this.#finish(delivery, 'pending', 'notifications.email_interrupted');
      throw error;
    }
  }

  async #send(notificationId: string): Promise<MailOutcome> {
    const notification = await this.notifications.find(notificationId);
    if (!notification) throw new Error(`notification ${notificationId} has vanished`);
    const [{ email, displayName }, { siteName, supportEmail }] = await Promise.all([
      this.users.getProfile(notification.userId),
      this.config.system(),
    ]);
    const context = { siteName, supportEmail, recipientName: displayName };
    return this.mailer.send({
      id: notificationId,
      to: { name: '', address: email },
      ...renderNotificationEmail(context, notification),
    });
  }

  async #recordFailure(
    delivery: DeliveryRow,
    failure: MailFailure,
  ): Promise<{ status: DeliveryStatus }> {
    const { code, reason, retryable } = failure;
    if (code === 'system_config.email_not_configured') {
      await this.#finish(delivery, 'skipped', code);
      return { status: 'skipped' };
    }
    const givenUp = !retryable || delivery.attempts >= notificationsQueue.attempts;
    await this.#finish(delivery, givenUp ? 'failed' : 'pending', code);
    // By kind the queue knows whether to try again.
    throw new AppError(givenUp ? 'unprocessable' : 'unavailable', code, reason);
  }

  #finish(
    delivery: DeliveryRow,
    status: Exclude<DeliveryStatus, 'sending'>,
    lastError: string | null,
    sentAt: Date | null = null,
  ): Promise<void> {
    const endedAt = new Date(this.clock.nowMs());
    return this.deliveries.finish(delivery, { status, lastError, sentAt, endedAt });
  }
}
