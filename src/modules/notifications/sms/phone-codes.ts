import { randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { MINUTE_MS } from '../../../kernel/duration.js';
import { SmsSender, SystemConfigService } from '../../system-config/index.js';
import { UserSettingsService } from '../../users/index.js';
import { codeNotSent } from '../notifications.errors.js';
import { DevelopmentTransport } from '../shown/development-transport.js';
import { wordsFor } from '../templates/render-notification.js';

export const CODE_KEPT_MS = 10 * MINUTE_MS;
const DIGITS = 6;

export function newPhoneCode(): string {
  return String(randomInt(10 ** DIGITS)).padStart(DIGITS, '0');
}

/** Sends the codes by which users show that a number is theirs. At once and not by a job: no secret stands in one. */
@Injectable()
export class PhoneCodes {
  constructor(
    private readonly sms: SmsSender,
    private readonly development: DevelopmentTransport,
    private readonly settings: UserSettingsService,
    private readonly config: SystemConfigService,
  ) {}

  /** @throws AppError `system_config.sms_…`: unprocessable for what is wrong, unavailable for what may do later */
  async send(userId: string, number: string, code: string): Promise<void> {
    const [audience, { siteName }] = await Promise.all([
      this.settings.get(userId),
      this.config.system(),
    ]);
    const text = wordsFor(audience).texts.phoneCode(siteName, code, CODE_KEPT_MS / MINUTE_MS);
    const outcome = await this.sms.send({ to: number, text });
    if (outcome.kind === 'sent') return;
    const message = { recipient: number, subject: siteName, text, html: null };
    const isUnset = outcome.failure.code === 'system_config.sms_not_configured';
    if (isUnset && (await this.development.show('sms', message))) return;
    throw codeNotSent(outcome.failure);
  }
}
