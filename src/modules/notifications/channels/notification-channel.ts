import type { DeliveryChannelName } from '../delivery-channels.js';
import type { NotificationRow } from '../notifications.table.js';

/** What a message is to people who look at it; channels send it in forms of their own. */
export interface MessageText {
  /** Where it goes, as a person reads it. */
  readonly recipient: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string | null;
}

export interface DeliveryFailure {
  /** `system_config.email_timeout` */
  readonly code: string;
  /** Holds nothing of what the other side said. */
  readonly reason: string;
  /** Whether the same message may be taken later. */
  readonly retryable: boolean;
  /** The other side wants no other attempt sooner; 0 or none: it has not said. */
  readonly retryAfterMs?: number;
}

/** How an attempt to deliver has ended. */
export type DeliveryOutcome =
  | { readonly kind: 'sent'; readonly sentAt: Date }
  /** The channel has no server or account to send by. */
  | { readonly kind: 'not-configured'; readonly code: string; readonly message: MessageText }
  /** The user has taken the target away since. */
  | { readonly kind: 'gone'; readonly code: string }
  /** Nothing was sent: the way there is full, and this one has its turn then. At most 10 minutes. */
  | { readonly kind: 'busy'; readonly waitMs: number }
  | { readonly kind: 'failed'; readonly failure: DeliveryFailure };

/** Code of a delivery that waits for its turn. */
export const TARGET_BUSY = 'notifications.target_busy';

export const TARGET_GONE: DeliveryOutcome = { kind: 'gone', code: 'notifications.target_gone' };

/** A way to a user that leads out of the system. */
export abstract class NotificationChannel {
  abstract readonly name: DeliveryChannelName;

  /**
   * Where news go by this channel, of each user: one delivery each. `''` is the one address that a channel looks up
   * when it sends; users without a target are left out.
   */
  abstract targetsOf(userIds: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;

  /** Sends it once, now, within 30 s. Rejects for nothing that the other side or the settings do. */
  abstract deliver(notification: NotificationRow, target: string): Promise<DeliveryOutcome>;
}

/** Targets that have an owner, by the owner. */
export function targetsByUser(
  rows: readonly { readonly id: string; readonly userId: string }[],
): ReadonlyMap<string, readonly string[]> {
  const targets = new Map<string, string[]>();
  for (const { id, userId } of rows) targets.set(userId, [...(targets.get(userId) ?? []), id]);
  return targets;
}
