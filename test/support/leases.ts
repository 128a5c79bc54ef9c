import type { Lease } from '../../src/kernel/lease.js';
import { HeldLease } from '../../src/redis/lock/held-lock.js';
import { KnownTokens } from '../../src/redis/lock/known-tokens.js';
import { LeaseState } from '../../src/redis/lock/lease-state.js';

/** A lease that believes in itself until it is refused, as that of a process does that stood still. */
export function leaseOf(resource: string, token: bigint, holder = `holder-${token}`): Lease {
  return new HeldLease(resource, holder, token, new LeaseState(), new KnownTokens());
}
