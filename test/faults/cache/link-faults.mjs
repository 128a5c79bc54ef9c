// @ts-check
/** @import { Fault } from '../labelling-proxy.mjs' */
/** @import { Single } from '../servers/single.mjs' */
/** @import { Scenario } from './scenario.mjs' */
import { sleep } from '../time.mjs';
import { oneServer } from './server-faults.mjs';
import { CUT_OFF, UNAFFECTED, fault } from './scenario.mjs';

const FAULT_MS = 1_700;
/** How long the cut-off instance may go on with what it has before it knows that it is cut off, and a margin. */
const NOTICED_MS = 1_000;

/** Connections by the last part of their names; `subscriber` and `bus` are those of pub/sub. */
const LINKS = {
  invalidation: ['invalidation', 'subscriber'],
  command: ['command', 'bus'],
  both: ['invalidation', 'subscriber', 'command', 'bus'],
};

/** @type {Record<string, Fault & { said: string }>} */
const KINDS = {
  cut: { cut: true, said: 'reset, and every new one' },
  'half-open': { mute: true, deaf: true, said: 'open, silent both ways, late in the end' },
  deaf: { deaf: true, said: 'open, nothing comes in' },
  mute: { mute: true, said: 'open, nothing goes out' },
};

/** link × kind × whose; the peer where it is asked for. @type {readonly [keyof typeof LINKS, string, 'reader' | 'writer', peer?: true][]} */
const MATRIX = [
  ['invalidation', 'cut', 'reader', true],
  ['invalidation', 'cut', 'writer'],
  ['invalidation', 'half-open', 'reader'],
  ['invalidation', 'half-open', 'writer'],
  ['invalidation', 'deaf', 'reader'],
  ['invalidation', 'mute', 'reader'],
  ['command', 'cut', 'reader'],
  ['command', 'cut', 'writer'],
  ['command', 'half-open', 'reader'],
  ['command', 'half-open', 'writer'],
  ['command', 'deaf', 'writer'],
  ['command', 'mute', 'writer'],
  ['both', 'cut', 'reader', true],
  ['both', 'cut', 'writer'],
  ['both', 'half-open', 'reader'],
  ['both', 'half-open', 'writer'],
];

/** @type {readonly Scenario<Single>[]} */
export const linkFaults = MATRIX.map(([link, kind, whose, hasPeer = false]) => {
  const { said, ...broken } = KINDS[kind] ?? { said: '' };
  const canAsk = link === 'invalidation';
  return fault({
    name: `${link}-${kind}-of-${whose}`,
    promise:
      `${link === 'both' ? 'both connections' : `${link} connection`} of the ${whose} ${said}: 0 stale reads once ` +
      `it is back${canAsk ? `, none older than ${NOTICED_MS} ms before` : ''}; 0 failed`,
    writer: whose === 'writer' ? CUT_OFF : UNAFFECTED,
    hasPeer,
    open: oneServer,
    // Where the store can be asked, being cut off from messages is no excuse for long.
    most: canAsk ? { stalestDuringMs: NOTICED_MS } : {},
    strike: async ({ redis }) => {
      redis.proxy(CUT_OFF).break(LINKS[link], broken);
      await sleep(FAULT_MS);
      redis.proxy(CUT_OFF).heal();
    },
  });
});
