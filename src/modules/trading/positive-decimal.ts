import { z } from 'zod';
import { money } from '../../kernel/money.js';

/** Positive decimal in text: up to nine digits before the point, `places` after it. */
export const positiveDecimal = (places: number) =>
  z
    .string()
    .regex(new RegExp(`^\\d{1,9}(\\.\\d{1,${places}})?$`), {
      error: `must be a decimal in text, such as "10.5", with up to ${places} places`,
      // What is not a number has no sign to look at.
      abort: true,
    })
    .refine((text) => money(text).gt(0), 'must be above zero');
