import { randomBytes } from 'node:crypto';
import { provideDataTemplate } from './data-template.mjs';
import { provideTestServers } from './test-servers.mjs';

/** Where tests find the folder that they copy: a variable's name. */
const DATA_TEMPLATE = 'TEST_DATA_TEMPLATE';

/** What global-teardown.mjs has to do; Jest runs both in one process. @type {(() => Promise<void>) | undefined} */
let stopServers;

/** Jest: before the first suite of the run. Workers inherit the variables. */
export default async function setUp() {
  // Databases and keys of this run carry it, so that two runs can share one server.
  process.env['TEST_RUN_ID'] = randomBytes(4).toString('hex');
  stopServers = await provideTestServers();
  process.env[DATA_TEMPLATE] = await provideDataTemplate();
}

export async function tearDownServers() {
  await stopServers?.();
  stopServers = undefined;
}
