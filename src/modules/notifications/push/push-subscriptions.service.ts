import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../../../config/config.js';
import { Clock } from '../../../kernel/clock.js';
import { isId, newId } from '../../../kernel/ids.js';
import { open, seal } from '../../../kernel/secret-box.js';
import { PushConfigService } from '../../system-config/index.js';
import { assertPublicTarget } from '../channels/target-address.js';
import { pushNotConfigured, subscriptionNotFound } from '../notifications.errors.js';
import type { PushKey, PushSubscriptionView, Subscribe } from './push-subscriptions.dto.js';
import { PushSubscriptionsRepository } from './push-subscriptions.repository.js';
import type { PushSubscriptionRow } from './push-subscriptions.table.js';

/** Beyond it the oldest goes: browsers are reinstalled, and nobody tidies up. */
const MAX_PER_USER = 10;

const contextOf = (id: string) => `notifications:push:${id}`;

/** What a push service has to be told. */
export interface OpenedSubscription {
  readonly endpoint: string;
  readonly keys: { readonly p256dh: string; readonly auth: string };
}

/** The browsers that users have news pushed to. */
@Injectable()
export class PushSubscriptionsService {
  constructor(
    private readonly subscriptions: PushSubscriptionsRepository,
    private readonly settings: PushConfigService,
    @Inject(Config) private readonly config: Config,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** @throws AppError `notifications.push_not_configured` */
  async key(): Promise<PushKey> {
    const settings = await this.settings.get();
    if (!settings.configured) throw pushNotConfigured();
    return { publicKey: settings.publicKey };
  }

  /** The same browser again replaces what is known of it. @throws AppError `notifications.target_refused` */
  async subscribe(userId: string, { endpoint, keys }: Subscribe): Promise<PushSubscriptionView> {
    if (!this.config.notifications.allowPrivateTargets) assertPublicTarget(endpoint);
    const id = newId();
    const row = {
      id,
      userId,
      endpoint,
      p256dh: keys.p256dh,
      sealedAuth: seal(keys.auth, this.config.encryptionKeys, contextOf(id)),
      createdAt: new Date(this.clock.nowMs()),
    };
    await this.subscriptions.save(row, MAX_PER_USER);
    return toView(row);
  }

  /** Oldest first. */
  async list(userId: string): Promise<PushSubscriptionView[]> {
    return (await this.subscriptions.list([userId])).map(toView);
  }

  /** @throws AppError `notifications.subscription_not_found` */
  async remove(userId: string, id: string): Promise<void> {
    const removed = isId(id) && (await this.subscriptions.remove(userId, id));
    if (!removed) throw subscriptionNotFound();
  }

  /** For a push now. @throws AppError `secret.unreadable` (internal) when the keys it was sealed with are gone */
  async openForSending(userId: string, id: string): Promise<OpenedSubscription | undefined> {
    const row = await this.subscriptions.find(id);
    if (row?.userId !== userId) return undefined;
    const auth = open(row.sealedAuth, this.config.encryptionKeys, contextOf(id));
    return { endpoint: row.endpoint, keys: { p256dh: row.p256dh, auth } };
  }
}

function toView({ id, endpoint, createdAt }: PushSubscriptionRow): PushSubscriptionView {
  return { id, service: new URL(endpoint).host, createdAt: createdAt.toISOString() };
}
