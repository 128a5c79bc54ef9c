import type { ZodType } from 'zod';
import type { AppError } from '../../kernel/app-error.js';
import type { JsonObject } from '../../kernel/json.js';
import { open, seal, type KeyRing } from '../../kernel/secret-box.js';
import type { NewSettings, SettingsJournal } from './settings-journal.js';
import type { SettingsRepository } from './settings.repository.js';
import type { SettingsKey } from './system-config.events.js';

/** A group of settings that has one secret. */
export interface SealedGroup<Stored extends JsonObject> {
  readonly key: SettingsKey;
  /** Of what is stored; a setting that this version does not know is left out. */
  readonly schema: ZodType<Stored>;
  readonly secretName: string;
  /** The settings that say to whom the secret is told. */
  readonly secretBelongsTo: readonly (keyof Stored)[];
  /** The stored secret may not be told to somebody else. */
  readonly secretRequired: () => AppError;
}

/** What such groups have in common. The secret is sealed in the database, never shown, and opened for use alone. */
export class SealedSettings<Stored extends JsonObject> {
  constructor(
    private readonly rows: SettingsRepository,
    private readonly journal: SettingsJournal,
    private readonly keys: KeyRing,
    private readonly group: SealedGroup<Stored>,
  ) {}

  async find(): Promise<{ settings: Stored; secretSet: boolean } | undefined> {
    const row = await this.rows.find(this.group.key);
    return row && { settings: this.group.schema.parse(row.value), secretSet: row.sealed !== null };
  }

  /** All that is ever shown of them. */
  async shown(): Promise<(Stored & { configured: true }) | { configured: false }> {
    const found = await this.find();
    return found ? { ...found.settings, configured: true } : { configured: false };
  }

  /** @param secret undefined: the stored one stays; null: there is none any more. @throws AppError `secretRequired` */
  async replace(
    changedBy: string,
    value: Stored,
    secret: string | null | undefined,
  ): Promise<void> {
    if (secret === undefined) await this.#assertBelongs(value);
    const { key } = this.group;
    await this.journal.change(key, changedBy, { value, secret: this.#sealed(secret) });
  }

  async remove(changedBy: string): Promise<void> {
    await this.journal.change(this.group.key, changedBy, undefined);
  }

  /**
   * Settings and secret of one moment.
   * @throws AppError `secret.unreadable` (internal) when the keys it was sealed with are gone
   */
  async open(): Promise<{ settings: Stored; secret: string | undefined } | undefined> {
    const row = await this.rows.find(this.group.key);
    if (!row) return undefined;
    const secret = row.sealed === null ? undefined : open(row.sealed, this.keys, this.#context);
    return { settings: this.group.schema.parse(row.value), secret };
  }

  /** Whoever may change settings must not learn the secret by having it sent somewhere else, or in the clear. */
  async #assertBelongs(value: Stored): Promise<void> {
    const stored = await this.find();
    if (!stored?.secretSet) return;
    const { secretBelongsTo, secretRequired } = this.group;
    const same = secretBelongsTo.every((name) => stored.settings[name] === value[name]);
    if (!same) throw secretRequired();
  }

  #sealed(secret: string | null | undefined): NewSettings['secret'] {
    if (secret === undefined) return undefined;
    const sealed = secret === null ? null : seal(secret, this.keys, this.#context);
    return { name: this.group.secretName, sealed };
  }

  /** What a sealed secret belongs to: it cannot be opened as anything else. */
  get #context(): string {
    return `config:${this.group.key}`;
  }
}
