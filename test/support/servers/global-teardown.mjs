import { dropLeftovers } from './leftovers.mjs';
import { tearDownServers } from './global-setup.mjs';

/** Jest: after the last suite of the run, also of a failing one. */
export default async function tearDown() {
  try {
    await dropLeftovers(process.env['TEST_RUN_ID'] ?? '');
  } finally {
    await tearDownServers();
  }
}
