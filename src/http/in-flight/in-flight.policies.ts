/** How many calls of a user may be under way at a time, of what takes long and is paid for by the call. */
export const IN_FLIGHT_LIMITS = {
  'ai.chat': 16,
} as const satisfies Readonly<Record<string, number>>;

export type InFlightName = keyof typeof IN_FLIGHT_LIMITS;
