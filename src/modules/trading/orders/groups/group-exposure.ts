import type { GroupRole } from './order-class.js';

interface OfGroup {
  readonly groupId: string | null;
  readonly groupRole: GroupRole | null;
}

/**
 * Working orders without the stops of which the other leg works too: only one of the two can ever trade all of what they
 * are for.
 */
export function eachGroupOnce<Order extends OfGroup>(working: readonly Order[]): Order[] {
  const covered = new Set(
    working.filter(({ groupRole }) => groupRole === 'take_profit').map(({ groupId }) => groupId),
  );
  return working.filter(
    ({ groupRole, groupId }) => groupRole !== 'stop_loss' || !covered.has(groupId),
  );
}
