import { z } from 'zod';
import { LOT_METHODS } from '../execution/lots.js';

export const accountSettingsSchema = z
  .strictObject({
    lotMethod: z.enum(LOT_METHODS).optional(),
    shortSelling: z
      .boolean()
      .optional()
      .describe('sell what is not held, on margin: with an equity of 2,000 USD at least'),
  })
  .refine((settings) => Object.values(settings).some((setting) => setting !== undefined), {
    error: 'must change a setting',
  });
export type AccountSettings = z.output<typeof accountSettingsSchema>;
