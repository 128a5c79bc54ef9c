import { randomBytes } from 'node:crypto';
import type { KeyRing } from '../../src/kernel/secret-box.js';

/** For whatever a test has encrypted. */
export const TEST_KEYS: KeyRing = [{ id: 'test', secret: randomBytes(32).toString('base64') }];
