import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '../../../kernel/app-error.js';
import { Clock } from '../../../kernel/clock.js';
import { MINUTE_MS } from '../../../kernel/duration.js';
import { Queues } from '../../../redis/index.js';
import {
  TARGET_BUSY,
  type DeliveryFailure,
  type DeliveryOutcome,
} from '../channels/notification-channel.js';
import { notificationsQueue } from '../notifications.queues.js';
import type { DeliveryRow, DeliveryStatus } from '../notifications.table.js';
import { DevelopmentTransport } from '../shown/development-transport.js';
import {
  DeliveriesRepository,
  type AttemptEnd,
  type DeliveryKey,
} from './deliveries.repository.js';
import { DeliveryAttempt } from './delivery-attempt.js';
import type { PutOff } from './delivery-gate.js';

/** Longer than any channel may take. */
const CLAIM_MS = MINUTE_MS;

/**
 * Delivers notifications. The row of a delivery is claimed first, so however many jobs there are for it, one at a time
 * sends it, and none after it was sent. What no channel can give is "exactly once": when a process dies, or the
 * connection, between the other side's taking of a message and our record of it, it is sent again, under the same id.
 */
@Injectable()
export class DeliveryService {
  constructor(
    private readonly deliveries: DeliveriesRepository,
    private readonly attempts: DeliveryAttempt,
    private readonly development: DevelopmentTransport,
    private readonly queues: Queues,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * @returns what has become of the delivery; undefined for one that does not exist
   * @throws AppError unavailable for what is worth another attempt, unprocessable for what is not
   */
  async deliver(key: DeliveryKey): Promise<{ status: DeliveryStatus | undefined }> {
    const nowMs = this.clock.nowMs();
    const until = new Date(nowMs + CLAIM_MS);
    const claimed = await this.deliveries.claim(key, new Date(nowMs), until);
    if (!claimed) return this.#findDone(key);
    const outcome = await this.#attempt(claimed);
    switch (outcome.kind) {
      case 'sent':
        return this.#finish(claimed, 'sent', null, outcome.sentAt);
      case 'not-configured':
        return this.#showOrSkip(claimed, outcome);
      case 'later':
        return this.#putOff(claimed, outcome.putOff);
      case 'busy':
        return this.#rest(claimed, outcome.waitMs);
      case 'gone':
        return this.#finish(claimed, 'skipped', outcome.code);
      case 'failed':
        return this.#recordFailure(claimed, outcome.failure);
    }
  }

  async #findDone(key: DeliveryKey): Promise<{ status: DeliveryStatus | undefined }> {
    const delivery = await this.deliveries.find(key);
    if (delivery?.status !== 'sending' && delivery?.status !== 'pending') {
      return { status: delivery?.status };
    }
    throw new AppError(
      'unavailable',
      'notifications.delivery_in_progress',
      'Another job is sending it, or died while it did.',
    );
  }

  /** What is no failure of the channel gives the claim back. */
  async #attempt(delivery: DeliveryRow): ReturnType<DeliveryAttempt['make']> {
    try {
      return await this.attempts.make(delivery);
    } catch (error) {
      await this.#finish(delivery, 'pending', 'notifications.delivery_interrupted');
      throw error;
    }
  }

  /** By a job of its own: that is sooner than a look at the database once a minute. One that gets lost is found. */
  async #rest(claimed: DeliveryRow, delayMs: number): Promise<{ status: DeliveryStatus }> {
    const { notificationId, channel, target } = claimed;
    const status = 'pending';
    await this.#end(claimed, { status, lastError: TARGET_BUSY, counts: false });
    const key = { notificationId, channel, target };
    await this.queues.add(notificationsQueue, 'deliver', key, { delayMs });
    return { status };
  }

  async #putOff(
    claimed: DeliveryRow,
    { status, dueAt, code: lastError }: PutOff,
  ): Promise<{ status: DeliveryStatus }> {
    await this.#end(claimed, { status, lastError, dueAt, counts: false });
    return { status };
  }

  /** Where nobody has set a server up yet, developers see what it would have sent. */
  async #showOrSkip(
    delivery: DeliveryRow,
    { code, message }: Extract<DeliveryOutcome, { kind: 'not-configured' }>,
  ): Promise<{ status: DeliveryStatus }> {
    const shown = await this.development.show(delivery.channel, message);
    return this.#finish(delivery, shown ? 'shown' : 'skipped', code);
  }

  async #recordFailure(
    delivery: DeliveryRow,
    { code, reason, retryable }: DeliveryFailure,
  ): Promise<never> {
    const givenUp = !retryable || delivery.attempts >= notificationsQueue.attempts;
    await this.#finish(delivery, givenUp ? 'failed' : 'pending', code);
    // By kind the queue knows whether to try again.
    throw new AppError(givenUp ? 'unprocessable' : 'unavailable', code, reason);
  }

  async #finish(
    delivery: DeliveryRow,
    status: Exclude<DeliveryStatus, 'sending'>,
    lastError: string | null,
    sentAt: Date | null = null,
  ): Promise<{ status: DeliveryStatus }> {
    await this.#end(delivery, { status, lastError, sentAt });
    return { status };
  }

  #end(
    claimed: DeliveryRow,
    end: Pick<AttemptEnd, 'status' | 'lastError'> & Partial<AttemptEnd>,
  ): Promise<void> {
    const endedAt = new Date(this.clock.nowMs());
    return this.deliveries.finish(claimed, {
      sentAt: null,
      dueAt: null,
      counts: true,
      endedAt,
      ...end,
    });
  }
}
