import { LRUCache } from 'lru-cache';

/** Resources whose highest token is remembered; for others the server's clock alone makes it grow. */
const MAX_RESOURCES = 10_000;

/**
 * The highest fencing token of a resource that this process has heard of. The next acquisition begins above it, also
 * when whoever counts has lost the count and its clock was set back.
 */
export class KnownTokens {
  readonly #tokens = new LRUCache<string, bigint>({ max: MAX_RESOURCES });

  /** 0 when none is known. */
  of(resource: string): bigint {
    return this.#tokens.get(resource) ?? 0n;
  }

  saw(resource: string, token: bigint): void {
    if (token > this.of(resource)) this.#tokens.set(resource, token);
  }
}
