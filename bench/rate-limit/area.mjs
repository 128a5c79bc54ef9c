// @ts-check
import { checks, costs, refusals } from './checks.mjs';
import { severalLimits } from './several-limits.mjs';

/** @type {import('../harness/case.mjs').Area} */
export const cases = [checks, refusals, costs, severalLimits];
