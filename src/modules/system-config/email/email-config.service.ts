import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../../../config/config.js';
import { open, seal } from '../../../kernel/secret-box.js';
import { Caches, type Cache } from '../../../redis/index.js';
import { passwordRequired } from '../system-config.errors.js';
import { SettingsJournal, type NewSettings } from '../settings-journal.js';
import { SettingsRepository } from '../settings.repository.js';
import { emailSettingsCache, ONE, type One } from '../system-config.caches.js';
import type { SystemConfigRow } from '../system-config.table.js';
import {
  storedEmailSettingsSchema,
  type EmailConfig,
  type EmailSettings,
  type ReplaceEmailSettings,
} from './email-config.dto.js';

/** What a sealed password belongs to: it cannot be opened as anything else. */
const SECRET_CONTEXT = 'config:email';

/** The SMTP settings. The password is sealed in the database, and opened for a mail alone. */
@Injectable()
export class EmailConfigService {
  readonly #settings: Cache<One, EmailSettings>;

  constructor(
    private readonly rows: SettingsRepository,
    private readonly journal: SettingsJournal,
    @Inject(Config) private readonly config: Config,
    caches: Caches,
  ) {
    this.#settings = caches.use(emailSettingsCache);
  }

  /** Cached for 30 min, "there are none" for 5 min; a change drops either everywhere. */
  find(): Promise<EmailSettings | undefined> {
    return this.#settings.getOrSetOptional(ONE, async () => {
      const row = await this.rows.find('email');
      return row && toSettings(row);
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
    if (password === undefined) await this.#assertSameServer(value);
    await this.journal.change('email', changedBy, { value, secret: this.#sealed(password) });
    return this.get();
  }

  /** No mail is sent from then on. */
  async remove(changedBy: string): Promise<void> {
    await this.journal.change('email', changedBy, undefined);
  }

  /**
   * For sending a mail now. Not from the cache: settings and password must be of one moment.
   * @throws AppError `secret.unreadable` (internal) when the keys it was sealed with are gone
   */
  async openForSending(): Promise<
    { settings: EmailSettings; password: string | undefined } | undefined
  > {
    const row = await this.rows.find('email');
    if (!row) return undefined;
    const password =
      row.sealed === null
        ? undefined
        : open(row.sealed, this.config.encryptionKeys, SECRET_CONTEXT);
    return { settings: toSettings(row), password };
  }

  /** Whoever may change settings must not learn the password by having it sent somewhere else, or in the clear. */
  async #assertSameServer(value: Omit<ReplaceEmailSettings, 'password'>): Promise<void> {
    const row = await this.rows.find('email');
    if (!row || row.sealed === null) return;
    const stored = toSettings(row);
    const same = (['host', 'port', 'security', 'user'] as const).every(
      (setting) => stored[setting] === value[setting],
    );
    if (!same) throw passwordRequired();
  }

  #sealed(password: string | null | undefined): NewSettings['secret'] {
    if (password === undefined) return undefined;
    const sealed =
      password === null ? null : seal(password, this.config.encryptionKeys, SECRET_CONTEXT);
    return { name: 'password', sealed };
  }
}

function toSettings({ value, sealed }: SystemConfigRow): EmailSettings {
  return { ...storedEmailSettingsSchema.parse(value), passwordSet: sealed !== null };
}
