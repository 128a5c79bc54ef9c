/** `above`: told of once the last trade is at the price or over it; `below`: at it or under. */
export const ALERT_DIRECTIONS = ['above', 'below'] as const;
export type AlertDirection = (typeof ALERT_DIRECTIONS)[number];
