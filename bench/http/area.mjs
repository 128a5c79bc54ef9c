// @ts-check
import { authenticatedGet } from './authenticated-get.mjs';
import { startUp } from './start-up.mjs';

/** @type {import('../harness/case.mjs').Area} */
export const cases = [authenticatedGet, startUp];
