// @ts-check
import { fanOut } from './fan-out.mjs';
import { fillToSocket } from './fill-to-socket.mjs';
import { storm } from './storm.mjs';

/** @type {import('../harness/case.mjs').Area} */
export const cases = [fanOut, fillToSocket, storm];
