import { Inject, Injectable } from '@nestjs/common';
import { Outbox, type Transaction } from '../../../database/index.js';
import { clientNetwork } from '../../../http/index.js';
import { Clock } from '../../../kernel/clock.js';
import { newId } from '../../../kernel/ids.js';
import type { Session, SignInChange } from '../../../kernel/session-records.js';
import { NewDeviceSeen } from '../auth.events.js';
import { DEVICE_KEPT_MS, type KnownDevice } from '../login-guard/known-devices.js';
import { placeHash } from './place-hash.js';
import { SignInPlacesRepository } from './sign-in-places.repository.js';

/** Of one user. */
export const MAX_PLACES = 50;
const FORGET_BATCH = 1_000;

/**
 * Notices a sign-in from a device where its user never signed in before. A device is known by its mark ({@link KnownDevice}),
 * or, for clients that keep none, by what they call themselves and their network.
 */
@Injectable()
export class SignInPlaces {
  constructor(
    private readonly places: SignInPlacesRepository,
    private readonly outbox: Outbox,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Remembers the place of a sign-in, and tells of a new device, with the session or not at all. */
  noteBy(device: KnownDevice | undefined): SignInChange {
    return {
      apply: (transaction: Transaction, session) =>
        this.#note(transaction, session, device?.userId === session.userId),
    };
  }

  /** Of places that nobody signed in at for as long as a device keeps its mark. @returns how many. */
  async forget(signal: AbortSignal): Promise<number> {
    const usedBefore = new Date(this.clock.nowMs() - DEVICE_KEPT_MS);
    let total = 0;
    for (let last = FORGET_BATCH; last === FORGET_BATCH && !signal.aborted; total += last) {
      last = await this.places.forget(usedBefore, FORGET_BATCH);
    }
    return total;
  }

  async #note(transaction: Transaction, session: Session, hasMark: boolean): Promise<void> {
    const { id: sessionId, userId, ip, userAgent } = session;
    const { sql } = transaction;
    const signedInAt = new Date(session.createdAtMs);
    const hash = placeHash({ network: clientNetwork(ip), userAgent });
    await this.places.lock(sql, userId);
    if (await this.places.touch(sql, userId, hash, signedInAt)) return;
    const isFirst = !(await this.places.hasAny(sql, userId));
    await this.places.insert(sql, { userId, placeHash: hash, usedAt: signedInAt }, MAX_PLACES);
    if (isFirst || hasMark) return;
    const news = { userId, sessionId, signInId: newId(), ip, userAgent };
    await this.outbox.publish(transaction, NewDeviceSeen, {
      ...news,
      signedInAt: signedInAt.toISOString(),
    });
  }
}
