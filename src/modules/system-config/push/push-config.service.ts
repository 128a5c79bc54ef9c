import { createECDH } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../../../config/config.js';
import { SealedSettings } from '../sealed-settings.js';
import { SettingsJournal } from '../settings-journal.js';
import { SettingsRepository } from '../settings.repository.js';
import { privateKeyRequired } from '../system-config.errors.js';
import {
  storedPushSettingsSchema,
  type PushConfig,
  type ReplacePushSettings,
  type StoredPushSettings,
} from './push-config.dto.js';

/** As `web-push` takes it. */
export interface VapidDetails {
  readonly subject: string;
  readonly publicKey: string;
  readonly privateKey: string;
}

/** VAPID names its curve P-256. */
const CURVE = 'prime256v1';

/**
 * The keys by which push services know this installation (VAPID, RFC 8292). The private one is sealed. They are made
 * once: with others, every browser would have to subscribe anew.
 */
@Injectable()
export class PushConfigService {
  readonly #sealed: SealedSettings<StoredPushSettings>;

  constructor(
    rows: SettingsRepository,
    journal: SettingsJournal,
    @Inject(Config) { encryptionKeys }: Config,
  ) {
    this.#sealed = new SealedSettings(rows, journal, encryptionKeys, {
      key: 'push',
      schema: storedPushSettingsSchema,
      secretName: 'privateKey',
      secretBelongsTo: ['publicKey'],
      secretRequired: privateKeyRequired,
    });
  }

  get(): Promise<PushConfig> {
    return this.#sealed.shown();
  }

  /** @throws AppError `system_config.private_key_required` for half a pair, and for two halves of different ones */
  async replace(changedBy: string, change: ReplacePushSettings): Promise<PushConfig> {
    const { subject, publicKey, privateKey } = change;
    if (publicKey === undefined && privateKey === undefined) {
      const stored = await this.#sealed.find();
      const pair = stored ? { publicKey: stored.settings.publicKey } : newPair();
      await this.#save(changedBy, subject, pair);
    } else {
      if (publicKey === undefined || privateKey === undefined) throw privateKeyRequired();
      if (publicKeyOf(privateKey) !== publicKey) throw privateKeyRequired();
      await this.#save(changedBy, subject, { publicKey, privateKey });
    }
    return this.get();
  }

  /** Nothing is pushed from then on. */
  remove(changedBy: string): Promise<void> {
    return this.#sealed.remove(changedBy);
  }

  /** @throws AppError `secret.unreadable` (internal) when the keys it was sealed with are gone */
  async openForSending(): Promise<VapidDetails | undefined> {
    const opened = await this.#sealed.open();
    return opened && { ...opened.settings, privateKey: opened.secret ?? '' };
  }

  #save(
    changedBy: string,
    subject: string,
    { publicKey, privateKey }: { publicKey: string; privateKey?: string },
  ): Promise<void> {
    return this.#sealed.replace(changedBy, { subject, publicKey }, privateKey);
  }
}

function newPair(): { publicKey: string; privateKey: string } {
  const pair = createECDH(CURVE);
  const publicKey = pair.generateKeys('base64url');
  // Leading zeros are left out by OpenSSL: a key has 32 bytes all the same.
  const privateKey = pair.getPrivateKey().toString('hex').padStart(64, '0');
  return { publicKey, privateKey: Buffer.from(privateKey, 'hex').toString('base64url') };
}

/** undefined: it is no key. */
function publicKeyOf(privateKey: string): string | undefined {
  const pair = createECDH(CURVE);
  try {
    pair.setPrivateKey(privateKey, 'base64url');
    return pair.getPublicKey('base64url');
  } catch {
    return undefined;
  }
}
