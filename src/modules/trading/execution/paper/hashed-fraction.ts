import { createHash } from 'node:crypto';
import { money, type Money } from '../../../../kernel/money.js';

/** A number from 0 up to, not including, 1, that looks random and is the same for the same parts, for ever and everywhere. */
export function hashedFraction(...parts: readonly string[]): Money {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest();
  return money(digest.readUInt32BE(0)).div(2 ** 32);
}
