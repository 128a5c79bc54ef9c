import { desc, inArray, sql } from 'drizzle-orm';
import type { Sql } from '../../../database/index.js';
import type { OrderStatus } from './order-state.js';
import { orderTransitionsTable as transitions } from './order-transitions.table.js';

/** The last recorded step of an order. */
export interface LastStep {
  readonly orderId: string;
  readonly version: number;
  readonly toStatus: OrderStatus;
  readonly filledQuantity: string;
  /** How many are recorded. */
  readonly steps: number;
  /** The version of the first one. */
  readonly since: number;
  /** Whether the step is recorded that the order came into being with. */
  readonly hasBeginning: boolean;
}

/** By order; of those that have none recorded nothing. */
export async function lastSteps(
  connection: Sql,
  orderIds: readonly string[],
): Promise<ReadonlyMap<string, LastStep>> {
  if (orderIds.length === 0) return new Map();
  const { orderId, version, fromStatus, toStatus, filledQuantity } = transitions;
  const rows = await connection
    .selectDistinctOn([orderId], {
      ...{ orderId, version, toStatus, filledQuantity },
      steps: sql<number>`(count(*) over (partition by ${orderId}))::int`,
      since: sql<number>`min(${version}) over (partition by ${orderId})`,
      hasBeginning: sql<boolean>`bool_or(${fromStatus} is null) over (partition by ${orderId})`,
    })
    .from(transitions)
    .where(inArray(orderId, [...orderIds]))
    .orderBy(orderId, desc(version));
  return new Map(rows.map((row) => [row.orderId, row]));
}
