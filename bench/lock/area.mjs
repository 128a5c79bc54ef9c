// @ts-check
import { acquireRelease, acquireReleaseParallel } from './acquire-release.mjs';

/** @type {import('../harness/case.mjs').Area} */
export const cases = [acquireRelease, acquireReleaseParallel];
