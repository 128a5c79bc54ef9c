import { z } from 'zod';

/**
 * A password as it is shown. The upper bound keeps hashing cheap. Half of a surrogate pair is no character: in UTF-8,
 * which is hashed, all halves are one, and another password would open the account.
 */
export const passwordTextSchema = z
  .string()
  .min(1)
  .max(128)
  .regex(/^\P{Cs}*$/u, 'must not hold half a character');
