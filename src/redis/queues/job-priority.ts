/** Smaller runs first. */
export const PRIORITIES = { critical: 1, high: 10, normal: 100, low: 1_000 } as const;
export type PriorityName = keyof typeof PRIORITIES;
