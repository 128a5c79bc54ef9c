import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Config } from '../../../config/config.js';
import { AppError } from '../../../kernel/app-error.js';
import { open, seal } from '../../../kernel/secret-box.js';
import { badUnsubscribeLink } from '../notifications.errors.js';
import { EVENT_KINDS, isSecurity, type NotificationKind } from '../notification-kinds.js';
import type { UnsubscribeScope } from '../templates/texts.js';

const CONTEXT = 'notifications:unsubscribe';

const tokenSchema = z.object({ userId: z.uuid(), kind: z.enum([...EVENT_KINDS, 'all']) });
/** Who wants no more mail of what. */
export type Unsubscription = z.output<typeof tokenSchema>;

export interface UnsubscribeLink {
  readonly url: string;
  readonly ends: UnsubscribeScope;
}

export const scopeOf = ({ kind }: Pick<Unsubscription, 'kind'>): UnsubscribeScope =>
  kind === 'all' ? 'all' : 'kind';

/** Links that end mail of a kind without a sign-in: sealed, so that nobody makes up one for somebody else. */
@Injectable()
export class UnsubscribeLinks {
  constructor(@Inject(Config) private readonly config: Config) {}

  /** @returns null for what is always sent, and while nobody has said at which address this installation is (`PUBLIC_URL`). */
  of(userId: string, kind: NotificationKind): UnsubscribeLink | null {
    const { publicUrl } = this.config.notifications;
    if (publicUrl === undefined || isSecurity(kind)) return null;
    const link: Unsubscription = { userId, kind: kind === 'digest' ? 'all' : kind };
    const token = seal(JSON.stringify(link), this.config.encryptionKeys, CONTEXT);
    const url = `${publicUrl.replace(/\/+$/, '')}/api/notifications/unsubscribe?token=${token}`;
    return { url, ends: scopeOf(link) };
  }

  /** @throws AppError `notifications.bad_unsubscribe_link` */
  read(token: string): Unsubscription {
    try {
      return tokenSchema.parse(JSON.parse(open(token, this.config.encryptionKeys, CONTEXT)));
    } catch (error) {
      if (error instanceof AppError || error instanceof z.ZodError) throw badUnsubscribeLink();
      throw error;
    }
  }
}
