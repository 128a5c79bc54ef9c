import type { z } from 'zod';
import { sessionTokenSchema } from '../auth.dto.js';
import { recoveryCodesSchema } from './second-factor.dto.js';

/** The session that confirmed goes on under a new token. */
export const confirmedSchema = recoveryCodesSchema.extend(sessionTokenSchema.shape);
export type Confirmed = z.output<typeof confirmedSchema>;
