// @ts-check

/** Channels that are followed, and where their snapshots have what they are about. */
export const CHANNELS = /** @type {const} */ ({
  'trading.orders': 'orders',
  'trading.fills': 'trades',
});
/** @typedef {keyof typeof CHANNELS} Channel */
export const channelNames = /** @type {Channel[]} */ (Object.keys(CHANNELS));
