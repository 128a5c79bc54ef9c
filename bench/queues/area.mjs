// @ts-check
import { add, addAndProcess, processing } from './throughput.mjs';
import { wait } from './wait.mjs';

/** @type {import('../harness/case.mjs').Area} */
export const cases = [add, processing, addAndProcess, wait];
