/**
 * What may be changed on the dashboard. The board has more calls, and may get others with its next version: they rewrite
 * payloads past the checks of `Queues.add`, or settings that belong to the declaration of a queue.
 */
const OFFERED: ReadonlySet<string> = new Set([
  'PUT /api/queues/pause',
  'PUT /api/queues/resume',
  'PUT /api/queues/:queueName/pause',
  'PUT /api/queues/:queueName/resume',
  'PUT /api/queues/:queueName/promote',
  'PUT /api/queues/:queueName/empty',
  'PUT /api/queues/:queueName/clean/:queueStatus',
  'PUT /api/queues/:queueName/retry/:queueStatus',
  'POST /api/queues/:queueName/add',
  'PUT /api/queues/:queueName/:jobId/retry',
  'PUT /api/queues/:queueName/:jobId/clean',
  'PUT /api/queues/:queueName/:jobId/promote',
]);

const READING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether a call of the dashboard only reads. */
export function isReading(method: string): boolean {
  return READING.has(method);
}

/**
 * Whether the dashboard offers a call that changes something.
 * @param route the pattern that the router matched, `/admin/queues/api/queues/:queueName/pause`
 */
export function isOffered(basePath: string, method: string, route: string): boolean {
  return route.startsWith(basePath) && OFFERED.has(`${method} ${route.slice(basePath.length)}`);
}
