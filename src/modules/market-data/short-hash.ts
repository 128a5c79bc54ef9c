import { createHash } from 'node:crypto';

/** 16 hexadecimal digits, to tell sources apart by. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
