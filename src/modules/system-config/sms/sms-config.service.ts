import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../../../config/config.js';
import { SealedSettings } from '../sealed-settings.js';
import { SettingsJournal } from '../settings-journal.js';
import { SettingsRepository } from '../settings.repository.js';
import { authTokenRequired } from '../system-config.errors.js';
import {
  storedSmsSettingsSchema,
  type ReplaceSmsSettings,
  type SmsConfig,
  type StoredSmsSettings,
} from './sms-config.dto.js';

/** The account that text messages are sent by. Its token is sealed in the database, and opened for a message alone. */
@Injectable()
export class SmsConfigService {
  readonly #sealed: SealedSettings<StoredSmsSettings>;

  constructor(
    rows: SettingsRepository,
    journal: SettingsJournal,
    @Inject(Config) { encryptionKeys }: Config,
  ) {
    this.#sealed = new SealedSettings(rows, journal, encryptionKeys, {
      key: 'sms',
      schema: storedSmsSettingsSchema,
      secretName: 'authToken',
      secretBelongsTo: ['accountSid'],
      secretRequired: authTokenRequired,
    });
  }

  get(): Promise<SmsConfig> {
    return this.#sealed.shown();
  }

  /** @throws AppError `system_config.auth_token_required` for another account, and for the first one */
  async replace(
    changedBy: string,
    { authToken, ...value }: ReplaceSmsSettings,
  ): Promise<SmsConfig> {
    if (authToken === undefined && !(await this.#sealed.find())) throw authTokenRequired();
    await this.#sealed.replace(changedBy, value, authToken);
    return this.get();
  }

  /** No text message is sent from then on. */
  remove(changedBy: string): Promise<void> {
    return this.#sealed.remove(changedBy);
  }

  /** @throws AppError `secret.unreadable` (internal) when the keys it was sealed with are gone */
  async openForSending(): Promise<(StoredSmsSettings & { authToken: string }) | undefined> {
    const opened = await this.#sealed.open();
    return opened && { ...opened.settings, authToken: opened.secret ?? '' };
  }
}
