import type { Principal } from '../../../kernel/principal.js';
import type { Cache } from '../cache.js';
import { keyTextOf } from '../decorators/canonical-text.js';
import type {
  CachedRequest,
  ResponseScope,
  Revised,
  StoredResponse,
} from './response-declaration.js';
import { readInputs, type AddressedRequest, type RouteInput } from './route-inputs.js';

/** A route whose answers carry an entity tag, ready to be asked. */
export interface CachedRoute {
  readonly scope: ResponseScope;
  /** How long a client may use an answer by itself, at this moment; 0: it asks every time. */
  readonly maxAgeMs: () => number;
  readonly inputs: readonly RouteInput[];
  readonly revised: Revised | undefined;
  /** Where its answers are kept; undefined: nowhere. */
  readonly cache: Cache<CachedRequest, StoredResponse> | undefined;
}

/** @returns undefined for a request whose answer is not kept. */
export async function cachedRequestOf(
  { scope, inputs, revised }: CachedRoute,
  request: AddressedRequest,
  principal: Principal | undefined,
): Promise<CachedRequest | undefined> {
  const owner = scope === 'shared' ? 'shared' : ownerOf(principal);
  if (owner === undefined) return undefined;
  const groups = await readInputs(inputs, request);
  const keyText = groups && keyTextOf(groups);
  if (keyText === undefined) return undefined;
  return {
    owner,
    keyText,
    revision: revised?.revision,
    values: Object.assign({}, ...(groups ?? [])) as CachedRequest['values'],
    userId: scope === 'shared' ? undefined : principal?.userId,
  };
}

/**
 * With the roles: a handler may show more to an administrator, and what it showed must not outlive the role.
 * @returns undefined for somebody who is not signed in: one nobody is not another.
 */
function ownerOf(principal: Principal | undefined): string | undefined {
  return principal && `user:${principal.userId}:${principal.roles.toSorted().join('+')}`;
}
