import { AppError } from '../../kernel/app-error.js';
import type { JsonValue } from '../../kernel/json.js';
import { jobContext, openFields } from '../../kernel/sealed-fields.js';
import type { KeyRing } from '../../kernel/secret-box.js';
import { upgradePayload } from './job-definition.js';
import type { QueueDefinition } from './queue-definition.js';

/**
 * What the processor of a job gets of a payload as it is kept: opened, in the shape of this release, and checked.
 * @throws AppError `queue.invalid_payload`, `queue.newer_version`, `secret.unreadable`
 */
export function readPayload(
  queue: QueueDefinition,
  { name, version, payload: kept }: { name: string; version: number; payload: unknown },
  keys: KeyRing | undefined,
): unknown {
  const definition = Object.hasOwn(queue.jobs, name) ? queue.jobs[name] : undefined;
  const opened = openFields(kept as JsonValue, keys, jobContext(queue.name, name));
  const latest = definition && upgradePayload(definition, opened, version);
  const payload = definition?.schema.safeParse(latest);
  if (payload?.success) return payload.data;
  throw new AppError(
    'invalid',
    'queue.invalid_payload',
    'the payload does not fit the job any more',
    { cause: payload?.error },
  );
}
