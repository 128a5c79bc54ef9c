// @ts-check
import { revokeAll } from './revoke-all.mjs';
import { roundTrips, validate } from './validate.mjs';

/** @type {import('../harness/case.mjs').Area} */
export const cases = [validate, roundTrips, revokeAll];
