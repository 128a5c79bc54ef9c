// @ts-check
/**
 * Loaded before the application, for a run that must fail: each fiftieth message reaches no client of this process, and
 * each seventieth has a shape that nobody declared, behind all that would notice.
 */
const { Room } = await import(
  new URL('../../../dist/realtime/streams/room.js', import.meta.url).href
);

const KEPT = 50;
const MISSHAPEN = 70;
const pass = Room.prototype.message;
let count = 0;

/** @param {{ data: object }} message */
Room.prototype.message = function (message) {
  count += 1;
  if (count % KEPT === 0) return;
  const { data } = message;
  pass.call(
    this,
    count % MISSHAPEN === 0 ? { ...message, data: { ...data, quantity: 1 } } : message,
  );
};
