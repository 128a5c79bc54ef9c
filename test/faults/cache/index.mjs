// @ts-check
/** @import { Scenario } from './scenario.mjs' */
import { linkFaults } from './link-faults.mjs';
import { loaderFaults } from './loader-faults.mjs';
import { serverFaults } from './server-faults.mjs';
import { clusterFaults, sentinelFaults } from './topology-faults.mjs';

export { play } from './scenario.mjs';

export const OURS = 'bourse';
export const PEER = { product: 'bentocache', version: 'bentocache@1.6.1' };

/** @type {readonly Scenario<any>[]} */
export const scenarios = [
  ...serverFaults,
  ...linkFaults,
  ...loaderFaults,
  ...sentinelFaults,
  ...clusterFaults,
];
