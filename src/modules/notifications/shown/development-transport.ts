import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../../../config/config.js';
import type { PageQuery } from '../../../http/index.js';
import { Clock } from '../../../kernel/clock.js';
import { DAY_MS } from '../../../kernel/duration.js';
import { newId } from '../../../kernel/ids.js';
import { decodeCursor, toPage, type Page } from '../../../kernel/page.js';
import type { MessageText } from '../channels/notification-channel.js';
import type { DeliveryChannelName } from '../delivery-channels.js';
import type { ShownMessage } from './shown-messages.dto.js';
import { ShownMessagesRepository } from './shown-messages.repository.js';

/** Kept are the latest, of the last week. */
const KEPT_COUNT = 500;
const KEPT_MS = 7 * DAY_MS;

/**
 * Takes the place of a channel that is not set up, outside production: keeps its messages for `/admin/outbox`.
 * In production it shows nothing: messages of users are nothing to look at.
 */
@Injectable()
export class DevelopmentTransport {
  constructor(
    private readonly messages: ShownMessagesRepository,
    @Inject(Config) private readonly config: Config,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** @returns whether it is shown. */
  async show(channel: DeliveryChannelName, message: MessageText): Promise<boolean> {
    if (this.config.production) return false;
    const { recipient, subject, text, html } = message;
    const createdAt = new Date(this.clock.nowMs());
    const row = { id: newId(), channel, recipient, subject, text, html, createdAt };
    await this.messages.insert(row, { count: KEPT_COUNT, since: this.#since() });
    return true;
  }

  /** Latest first. */
  async list({ cursor, limit }: PageQuery): Promise<Page<ShownMessage>> {
    const beforeId = cursor === undefined ? undefined : decodeCursor(cursor);
    const filter = { since: this.#since(), beforeId, limit: limit + 1 };
    const rows = await this.messages.list(filter);
    return toPage(
      rows.map(({ createdAt, ...row }) => ({ ...row, createdAt: createdAt.toISOString() })),
      limit,
    );
  }

  #since(): Date {
    return new Date(this.clock.nowMs() - KEPT_MS);
  }
}
