import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../../../config/config.js';
import { Clock } from '../../../kernel/clock.js';
import { isId, newId } from '../../../kernel/ids.js';
import { open, seal } from '../../../kernel/secret-box.js';
import { assertPublicTarget } from '../channels/target-address.js';
import { tooManyWebhooks, webhookNotFound } from '../notifications.errors.js';
import type {
  CreatedWebhook,
  CreateWebhook,
  UpdateWebhook,
  WebhookView,
} from './webhook-endpoints.dto.js';
import { WebhookEndpointsRepository } from './webhook-endpoints.repository.js';
import type { WebhookEndpointRow } from './webhook-endpoints.table.js';
import { newWebhookSecret } from './webhook-signature.js';

const MAX_PER_USER = 5;

/** What the sealed secret of an endpoint belongs to: it cannot be opened as that of another. */
const contextOf = (id: string) => `notifications:webhook:${id}`;

/** As much as a request needs. */
export interface OpenedEndpoint {
  readonly url: string;
  readonly secret: string;
}

/** Where users have their news sent. The secrets are sealed, and opened for a request alone. */
@Injectable()
export class WebhookEndpointsService {
  constructor(
    private readonly endpoints: WebhookEndpointsRepository,
    @Inject(Config) private readonly config: Config,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** @throws AppError `notifications.too_many_webhooks`, `notifications.target_refused` */
  async create(userId: string, { url }: CreateWebhook): Promise<CreatedWebhook> {
    this.#assertAllowed(url);
    const id = newId();
    const secret = newWebhookSecret();
    const sealedSecret = seal(secret, this.config.encryptionKeys, contextOf(id));
    const createdAt = new Date(this.clock.nowMs());
    const row = { id, userId, url, sealedSecret, createdAt, disabledAt: null };
    if (!(await this.endpoints.insert(row, MAX_PER_USER))) throw tooManyWebhooks(MAX_PER_USER);
    return { ...toView(row), secret };
  }

  /** Oldest first. */
  async list(userId: string): Promise<WebhookView[]> {
    return (await this.endpoints.list(userId)).map(toView);
  }

  /** @throws AppError `notifications.webhook_not_found`, `notifications.target_refused` */
  async update(userId: string, id: string, { url, enabled }: UpdateWebhook): Promise<WebhookView> {
    if (url !== undefined) this.#assertAllowed(url);
    const now = new Date(this.clock.nowMs());
    const change = {
      ...(url !== undefined && { url }),
      ...(enabled !== undefined && { disabledAt: enabled ? null : now }),
    };
    const row = isId(id) ? await this.endpoints.update(userId, id, change) : undefined;
    if (!row) throw webhookNotFound();
    return toView(row);
  }

  /** @throws AppError `notifications.webhook_not_found` */
  async remove(userId: string, id: string): Promise<void> {
    const removed = isId(id) && (await this.endpoints.remove(userId, id));
    if (!removed) throw webhookNotFound();
  }

  /** For a request now. @throws AppError `secret.unreadable` (internal) when the keys it was sealed with are gone */
  async openForSending(userId: string, id: string): Promise<OpenedEndpoint | undefined> {
    const row = await this.endpoints.find(id);
    if (row === undefined || row.disabledAt !== null || row.userId !== userId) return undefined;
    const secret = open(row.sealedSecret, this.config.encryptionKeys, contextOf(id));
    return { url: row.url, secret };
  }

  /** Who was asked there has said that it is gone; an endpoint that leads elsewhere by now stays as it is. */
  async disable(id: string, url: string): Promise<void> {
    await this.endpoints.disable(id, url, new Date(this.clock.nowMs()));
  }

  #assertAllowed(url: string): void {
    if (!this.config.notifications.allowPrivateTargets) assertPublicTarget(url);
  }
}

function toView({ id, url, createdAt, disabledAt }: WebhookEndpointRow): WebhookView {
  return { id, url, enabled: disabledAt === null, createdAt: createdAt.toISOString() };
}
