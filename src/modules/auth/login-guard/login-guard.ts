import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { MINUTE_MS, SECOND_MS } from '../../../kernel/duration.js';
import { RateLimiter } from '../../../kernel/rate-limiter.js';
import { tooManyAttempts } from '../auth.errors.js';
import type { KnownDevice } from './known-devices.js';
import { WaitingLine } from './waiting-line.js';

/** Attempts at one account from all devices where nobody signed in to it; more of them wait in a line. */
export const STRANGERS = { name: 'auth.login.account', limit: 10, windowMs: 15 * MINUTE_MS };
/** Attempts at one account from one device where its owner signed in before; more of them are refused. */
export const OWN_DEVICE = { name: 'auth.login.device', limit: 10, windowMs: 15 * MINUTE_MS };
const TURN_MS = SECOND_MS;
export const MAX_WAITING = 5;
const MAX_WAITING_IN_ALL = 500;

export interface LoginAttempt {
  /** As it was typed, in one form; whether there is such an account makes no difference here. */
  readonly account: string;
  /** undefined for an account that is not there. */
  readonly userId: string | undefined;
  /** Whose attempts wait together. */
  readonly network: string;
  readonly device: KnownDevice | undefined;
}

/**
 * Slows guessing at one account down, from however many addresses it comes, and locks nobody out: strangers wait
 * for each other, the devices of the owner never wait for strangers. Each address is limited besides
 * (`auth.login` of the table of limits).
 */
@Injectable()
export class LoginGuard {
  readonly #line = new WaitingLine({
    turnMs: TURN_MS,
    maxWaiting: MAX_WAITING,
    maxWaitingInAll: MAX_WAITING_IN_ALL,
  });

  constructor(private readonly limiter: RateLimiter) {}

  /**
   * Resolves when the attempt may be made.
   * @throws AppError `auth.too_many_attempts` (too_many_requests) when it may not be made now
   */
  async admit({ account, userId, network, device }: LoginAttempt): Promise<void> {
    if (device !== undefined && device.userId === userId) {
      const own = await this.limiter.consume(OWN_DEVICE, device.deviceId);
      if (!own.allowed) throw tooManyAttempts(own.retryAfterMs);
      return;
    }
    const subject = createHash('sha256').update(account).digest('base64url');
    const strangers = await this.limiter.consume(STRANGERS, subject);
    if (strangers.allowed) return;
    const turn = this.#line.wait(subject, network);
    if (turn === undefined) throw tooManyAttempts(MAX_WAITING * TURN_MS);
    await turn;
  }
}
