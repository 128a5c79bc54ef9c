// @ts-check
import { limitOrders, mixedFlow, sparseLimitOrders } from './order-flows.mjs';

/** @type {import('../harness/case.mjs').Area} */
export const cases = [limitOrders, sparseLimitOrders, mixedFlow];
