// @ts-check
/**
 * Loaded before the application, for a run that must fail: each fiftieth message of a channel reaches no client of
 * this process, behind all that would notice.
 */
const { Room } = await import(
  new URL('../../../dist/realtime/streams/room.js', import.meta.url).href
);

const NTH = 50;
const pass = Room.prototype.message;
let count = 0;

/** @param {unknown} message */
Room.prototype.message = function (message) {
  count += 1;
  if (count % NTH !== 0) pass.call(this, message);
};
