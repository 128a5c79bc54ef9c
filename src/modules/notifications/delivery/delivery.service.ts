import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '../../../kernel/app-error.js';
import { Clock } from '../../../kernel/clock.js';
import { SECOND_MS } from '../../../kernel/duration.js';
import { Queues, type JobPayload } from '../../../redis/index.js';
import {
  TARGET_BUSY,
  type DeliveryFailure,
  type DeliveryOutcome,
} from '../channels/notification-channel.js';
import { isKnownAgain } from '../delivery-channels.js';
import {
  DELIVERY_INTERRUPTED,
  deliveryInProgress,
  deliveryInterrupted,
  deliveryUncertain,
} from '../notifications.errors.js';
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

/** Renewed while a message is on its way: a process that dies with it in its hands gives it up so soon. */
const CLAIM_MS = 15 * SECOND_MS;
const RENEWAL_MS = CLAIM_MS / 5;

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
   * @param urgent as its job is, should it have to wait for its turn
   * @returns what has become of the delivery; undefined for one that does not exist
   * @throws AppError unavailable for what is worth another attempt, unprocessable for what is not
   */
  async deliver({
    urgent,
    ...key
  }: DeliveryKey & { readonly urgent?: boolean | undefined }): Promise<{
    status: DeliveryStatus | undefined;
  }> {
    const claimed = await this.deliveries.claim(
      key,
      new Date(this.clock.nowMs()),
      this.#claimEnd(),
    );
    if (!claimed) return this.#findDone(key);
    const outcome = await this.#attempt(claimed);
    switch (outcome.kind) {
      case 'sent':
        return this.#finish(claimed, { status: 'sent', sentAt: outcome.sentAt });
      case 'not-configured':
        return this.#showOrSkip(claimed, outcome);
      case 'later':
        return this.#putOff(claimed, outcome.putOff);
      case 'busy':
        return this.#giveTurn({ ...key, urgent }, claimed, outcome.waitMs);
      case 'gone':
        return this.#finish(claimed, { status: 'skipped', lastError: outcome.code });
      case 'failed':
        return this.#recordFailure(claimed, outcome.failure);
    }
  }

  async #findDone(key: DeliveryKey): Promise<{ status: DeliveryStatus | undefined }> {
    const delivery = await this.deliveries.find(key);
    if (delivery?.status !== 'sending' && delivery?.status !== 'pending') {
      return { status: delivery?.status };
    }
    if (this.#mayHaveBeenTaken(delivery)) {
      const error = deliveryUncertain();
      await this.#finish(delivery, { status: 'failed', lastError: error.code });
      throw error;
    }
    throw deliveryInProgress();
  }

  /** Its sender has died, or could not record what came of it, and sent again it might arrive twice. */
  #mayHaveBeenTaken({ channel, status, claimedUntil }: DeliveryRow): boolean {
    const isAbandoned = status === 'sending' && (claimedUntil?.getTime() ?? 0) < this.clock.nowMs();
    return isAbandoned && !isKnownAgain(channel);
  }

  /** What is no failure of the channel, a database that is away say, gives the claim back, but for the last time. */
  async #attempt(delivery: DeliveryRow): ReturnType<DeliveryAttempt['make']> {
    const renewal = setInterval(() => void this.#renew(delivery), RENEWAL_MS);
    try {
      return await this.attempts.make(delivery);
    } catch (error) {
      const status = isLastAttempt(delivery) ? 'failed' : 'pending';
      await this.#finish(delivery, { status, lastError: DELIVERY_INTERRUPTED });
      throw status === 'failed' ? deliveryInterrupted(error) : error;
    } finally {
      clearInterval(renewal);
    }
  }

  /** A database that is away does not end the attempt; should the claim end meanwhile, the message may go out twice. */
  async #renew(delivery: DeliveryRow): Promise<void> {
    await this.deliveries.renew(delivery, this.#claimEnd()).catch(() => undefined);
  }

  #claimEnd(): Date {
    return new Date(this.clock.nowMs() + CLAIM_MS);
  }

  /** By a job of its own: that is sooner than a look at the database once a minute. One that gets lost is found. */
  async #giveTurn(
    job: JobPayload<typeof notificationsQueue, 'deliver'>,
    claimed: DeliveryRow,
    delayMs: number,
  ): Promise<{ status: DeliveryStatus }> {
    const end = { status: 'pending', lastError: TARGET_BUSY, counts: false } as const;
    const ended = await this.#finish(claimed, end);
    await this.queues.add(notificationsQueue, 'deliver', job, { delayMs });
    return ended;
  }

  async #putOff(
    claimed: DeliveryRow,
    { status, dueAt, code: lastError }: PutOff,
  ): Promise<{ status: DeliveryStatus }> {
    return this.#finish(claimed, { status, lastError, dueAt, counts: false });
  }

  /** Where nobody has set a server up yet, developers see what it would have sent. */
  async #showOrSkip(
    delivery: DeliveryRow,
    { code, message }: Extract<DeliveryOutcome, { kind: 'not-configured' }>,
  ): Promise<{ status: DeliveryStatus }> {
    const shown = await this.development.show(delivery.channel, message);
    return this.#finish(delivery, { status: shown ? 'shown' : 'skipped', lastError: code });
  }

  /** A receiver that says when it may take the message gets it then; otherwise the queue waits as it does. */
  async #recordFailure(
    delivery: DeliveryRow,
    { code: lastError, reason, retryable, retryAfterMs = 0 }: DeliveryFailure,
  ): Promise<{ status: DeliveryStatus }> {
    const givenUp = !retryable || isLastAttempt(delivery);
    if (!givenUp && retryAfterMs > 0) {
      const dueAt = new Date(this.clock.nowMs() + retryAfterMs);
      return this.#finish(delivery, { status: 'held', lastError, dueAt });
    }
    await this.#finish(delivery, { status: givenUp ? 'failed' : 'pending', lastError });
    // By kind the queue knows whether to try again.
    throw new AppError(givenUp ? 'unprocessable' : 'unavailable', lastError, reason);
  }

  async #finish(
    delivery: DeliveryRow,
    end: Pick<AttemptEnd, 'status'> & Partial<AttemptEnd>,
  ): Promise<{ status: DeliveryStatus }> {
    const endedAt = new Date(this.clock.nowMs());
    await this.deliveries.finish(delivery, {
      ...{ lastError: null, sentAt: null, dueAt: null, counts: true, endedAt },
      ...end,
    });
    return { status: end.status };
  }
}

const isLastAttempt = ({ attempts }: DeliveryRow) => attempts >= notificationsQueue.attempts;
