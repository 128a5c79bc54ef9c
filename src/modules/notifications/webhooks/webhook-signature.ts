import { createHmac, randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';
const SECRET_BYTES = 24;

/** As Standard Webhooks 1.0 has it: `whsec_` and the base64 of the key. */
export function newWebhookSecret(): string {
  return `${PREFIX}${randomBytes(SECRET_BYTES).toString('base64')}`;
}

export interface SignedParts {
  /** The same however often the message is sent. */
  readonly id: string;
  /** Of this attempt, s since 1970: a receiver refuses what somebody sends again later. */
  readonly timestampS: number;
  readonly body: string;
}

/**
 * The headers by which a receiver knows who sent a message, and when (Standard Webhooks 1.0, "Signature scheme":
 * HMAC-SHA256 of `id.timestamp.body`).
 */
export function webhookHeaders(
  secret: string,
  { id, timestampS, body }: SignedParts,
): Readonly<Record<string, string>> {
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
  const signature = createHmac('sha256', key)
    .update(`${id}.${timestampS}.${body}`)
    .digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestampS),
    'webhook-signature': `v1,${signature}`,
  };
}
