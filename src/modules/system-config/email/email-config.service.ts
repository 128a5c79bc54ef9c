import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../../../config/config.js';
import { Caches, type Cache } from '../../../redis/index.js';
import { SealedSettings } from '../sealed-settings.js';
import { passwordRequired } from '../system-config.errors.js';
import { SettingsJournal } from '../settings-journal.js';
import { SettingsRepository } from '../settings.repository.js';
import { emailSettingsCache, ONE, type One } from '../system-config.caches.js';
import {
  storedEmailSettingsSchema,
  type EmailConfig,
  type EmailSettings,
  type ReplaceEmailSettings,
  type StoredEmailSettings,
} from './email-config.dto.js';

/** The SMTP settings. The password is sealed in the database, and opened for a mail alone. */
@Injectable()
export class EmailConfigService {
  readonly #settings: Cache<One, EmailSettings>;
  readonly #sealed: SealedSettings<StoredEmailSettings>;

  constructor(
    rows: SettingsRepository,
    journal: SettingsJournal,
    @Inject(Config) { encryptionKeys }: Config,
    caches: Caches,
  ) {
    this.#settings = caches.use(emailSettingsCache);
    this.#sealed = new SealedSettings(rows, journal, encryptionKeys, {
      key: 'email',
      schema: storedEmailSettingsSchema,
      secretName: 'password',
      secretBelongsTo: ['host', 'port', 'security', 'user'],
      secretRequired: passwordRequired,
    });
  }

  /** Cached for 30 min, "there are none" for 5 min; a change drops either everywhere. */
  find(): Promise<EmailSettings | undefined> {
    return this.#settings.getOrSetOptional(ONE, async () => {
      const found = await this.#sealed.find();
      return found && { ...found.settings, passwordSet: found.secretSet };
    });
  }

  async get(): Promise<EmailConfig> {
    const settings = await this.find();
    return settings ? { ...settings, configured: true } : { configured: false, passwordSet: false };
  }

  /** @throws AppError `system_config.password_required` when a stored password would go to another server. */
  async replace(
    changedBy: string,
    { password, ...value }: ReplaceEmailSettings,
  ): Promise<EmailConfig> {
    await this.#sealed.replace(changedBy, value, password);
    return this.get();
  }

  /** No mail is sent from then on. */
  remove(changedBy: string): Promise<void> {
    return this.#sealed.remove(changedBy);
  }

  /**
   * For sending a mail now. Not from the cache: settings and password must be of one moment.
   * @throws AppError `secret.unreadable` (internal) when the keys it was sealed with are gone
   */
  openForSending(): Promise<
    { settings: StoredEmailSettings; secret: string | undefined } | undefined
  > {
    return this.#sealed.open();
  }
}
