import type { Session } from '../../kernel/session-records.js';

/** No more than others are to see. */
export function toSession(session: Session): Session {
  const { id, userId, createdAtMs, lastActiveAtMs, expiresAtMs, ip, userAgent } = session;
  const { retiresAtMs } = session;
  const shown = { id, userId, createdAtMs, lastActiveAtMs, expiresAtMs, ip, userAgent };
  return retiresAtMs === undefined ? shown : { ...shown, retiresAtMs };
}
