import { createHash, timingSafeEqual } from 'node:crypto';
import { AppError } from '../../../kernel/app-error.js';

/**
 * Who may read the metrics: with a token whoever sends it as bearer; without one everybody, but in
 * production nobody, who then learns nothing of there being metrics.
 * @throws AppError `metrics.unauthenticated`, `request.no_such_route`
 */
export function authorizeMetrics(
  { token, production }: { readonly token: string | undefined; readonly production: boolean },
  authorization: string | undefined,
): void {
  if (token === undefined) {
    if (!production) return;
    throw new AppError('not_found', 'request.no_such_route', 'Cannot GET /metrics');
  }
  const [, sent = ''] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
  if (isSame(sent, token)) return;
  throw new AppError(
    'unauthenticated',
    'metrics.unauthenticated',
    'Send the token of the metrics as bearer.',
  );
}

/** In the same time whatever was sent: digests are of one length, and compared to their end. */
function isSame(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
