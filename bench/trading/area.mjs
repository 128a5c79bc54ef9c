// @ts-check
import { growth, orderPost } from './order-post.mjs';
import { orderToFill } from './order-to-fill.mjs';

/** @type {import('../harness/case.mjs').Area} */
export const cases = [orderPost, growth, orderToFill];
