import { timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../../../config/config.js';
import { Clock } from '../../../kernel/clock.js';
import { open, seal } from '../../../kernel/secret-box.js';
import { wrongCode } from '../notifications.errors.js';
import { PhoneCodeLimits } from './phone-code-limits.js';
import { CODE_KEPT_MS, newPhoneCode, PhoneCodes } from './phone-codes.js';
import type { PhoneView } from './phones.dto.js';
import { PhonesRepository } from './phones.repository.js';
import type { PhoneRow } from './phones.table.js';

/** One in two hundred thousand is let through by luck. */
const MAX_TRIES = 5;

const contextOf = (userId: string) => `notifications:phone:${userId}`;

/** The number that a user has text messages sent to. Whoever names it has to show that it is his. */
@Injectable()
export class PhonesService {
  constructor(
    private readonly phones: PhonesRepository,
    private readonly codes: PhoneCodes,
    private readonly limits: PhoneCodeLimits,
    @Inject(Config) private readonly config: Config,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  async get(userId: string): Promise<PhoneView> {
    return toView(await this.phones.find(userId));
  }

  /**
   * In place of the one before, which gets nothing any more. Sends a code there.
   * @throws AppError `notifications.too_many_codes`: nothing has changed; `system_config.sms_…`: unprocessable for what is
   *   wrong, unavailable for what may do later
   */
  async set(userId: string, number: string): Promise<PhoneView> {
    await this.limits.take(number);
    const code = newPhoneCode();
    const nowMs = this.clock.nowMs();
    const row = {
      userId,
      number,
      sealedCode: seal(code, this.config.encryptionKeys, contextOf(userId)),
      codeExpiresAt: new Date(nowMs + CODE_KEPT_MS),
      tries: 0,
      verifiedAt: null,
      createdAt: new Date(nowMs),
    };
    await this.phones.save(row);
    await this.codes.send(userId, number, code);
    return toView(row);
  }

  /** @throws AppError `notifications.wrong_code`, also for one that is too old or was guessed at too often */
  async verify(userId: string, code: string): Promise<PhoneView> {
    const now = new Date(this.clock.nowMs());
    const row = await this.phones.takeTry(userId, MAX_TRIES, now);
    if (!row || row.sealedCode === null) throw wrongCode();
    const { sealedCode } = row;
    const sent = open(sealedCode, this.config.encryptionKeys, contextOf(userId));
    if (!timingSafeEqual(Buffer.from(sent), Buffer.from(code))) throw wrongCode();
    const verified = await this.phones.verify({ ...row, sealedCode }, now);
    if (!verified) throw wrongCode();
    return toView(verified);
  }

  /** No text message is sent from then on. */
  remove(userId: string): Promise<void> {
    return this.phones.remove(userId);
  }
}

const toView = (row: PhoneRow | undefined): PhoneView => ({
  number: row?.number ?? null,
  verified: row !== undefined && row.verifiedAt !== null,
});
