import { Inject, Injectable, Logger } from '@nestjs/common';
import { Config } from '../../../config/config.js';
import { Clock } from '../../../kernel/clock.js';
import { SECOND_MS } from '../../../kernel/duration.js';
import { isUnreadable } from '../../../kernel/secret-box.js';
import { SmsConfigService } from './sms-config.service.js';
import { NOT_CONFIGURED, TOKEN_UNREADABLE, type SmsFailure } from './sms-failure.js';
import { postMessage, type TextMessage } from './twilio.js';

export type SmsOutcome =
  | { readonly kind: 'sent'; readonly sentAt: Date }
  | { readonly kind: 'failed'; readonly failure: SmsFailure };

const TIMEOUT_MS = 10 * SECOND_MS;

/** Sends text messages by the account that an administrator has set. */
@Injectable()
export class SmsSender {
  readonly #logger = new Logger(SmsSender.name);

  constructor(
    private readonly settings: SmsConfigService,
    @Inject(Config) private readonly config: Config,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Never rejects for what Twilio or the settings do, and ends within 10 s. */
  async send(message: TextMessage): Promise<SmsOutcome> {
    const failure = await this.#send(message);
    if (failure === undefined) return { kind: 'sent', sentAt: new Date(this.clock.nowMs()) };
    if (failure !== NOT_CONFIGURED) {
      this.#logger.warn({ message: 'text message not sent', code: failure.code });
    }
    return { kind: 'failed', failure };
  }

  async #send(message: TextMessage): Promise<SmsFailure | undefined> {
    try {
      const account = await this.settings.openForSending();
      if (account === undefined) return NOT_CONFIGURED;
      const { twilioBaseUrl: baseUrl } = this.config.notifications;
      return await postMessage({ ...account, baseUrl }, message, TIMEOUT_MS);
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      return TOKEN_UNREADABLE;
    }
  }
}
