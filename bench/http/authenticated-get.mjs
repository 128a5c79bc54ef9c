// @ts-check
/**
 * A signed-in user reads a quote, 64 connections kept open: blocks, session, limits, validation, cache, answer, request
 * log and metrics, in the built application with a Redis and a PostgreSQL. The other side is a bare `node:http` handler that
 * writes the same headers and a body of the same bytes. Both answer to one and the same client, in a process of its own.
 */
import { inParallel } from '../harness/measuring.mjs';
import { ratioRow } from '../harness/rows.mjs';
import { withSides } from '../harness/side.mjs';
import { compareRates } from '../harness/throughput.mjs';
import { startBourse, withServers } from './support/bourse-server.mjs';
import { HttpConnections } from './support/http-connections.mjs';
import { Program } from './support/program.mjs';

/** @typedef {{ url: string, headers: Readonly<Record<string, string>>, warmUpMs: number }} Context */

const CONNECTIONS = 64;
const PATH = '/api/market/quotes/AAPL';
const BARE = `node:http@${process.versions.node}`;
const TARGET = 0.3;
/** Both are hot by then: the compiler has seen what it will see. */
const WARM_UP_MS = 8_000;
/** For one round, which is no figure yet: it shows that both sides run and answer the same. */
const LOOK_WARM_UP_MS = 500;
/** Counted as always, and never reached. */
const LIMITS = 'api.signed-in=9999999/1s,api.anonymous=9999999/1s';
const STATUS_OK = 'HTTP/1.1 200 ';
const BARE_SERVER = new URL('./support/bare-server.mjs', import.meta.url).pathname;
/** Written by every `node:http` by itself. */
const OWN_HEADERS = new Set(['date', 'connection', 'keep-alive']);

/** @param {Context} context */
async function clientOf({ url, headers, warmUpMs }) {
  const connections = await HttpConnections.open(url, headers, CONNECTIONS);
  /** What was last read in full: a quote is the same for a second or two. */
  let known = Buffer.alloc(0);
  let right = 0;
  /** @param {import('./support/http-connections.mjs').WireAnswer} answer */
  const isRight = ({ head, body }) => {
    if (!head.startsWith(STATUS_OK)) return false;
    if (body.equals(known)) return true;
    const quote = JSON.parse(body.toString());
    known = Buffer.from(body);
    return quote.symbol === 'AAPL' && Number(quote.last) > 0;
  };
  const step = async () => {
    if (isRight(await connections.ask())) right += 1;
  };
  return {
    fill: async () => {
      await inParallel(CONNECTIONS, warmUpMs, step);
    },
    verify: async () => {
      const { head, body } = await connections.ask();
      const quote = JSON.parse(body.toString());
      const names = head
        .split('\r\n')
        .slice(1)
        .map((line) => line.split(':', 1)[0]?.toLowerCase());
      return [head.split('\r\n', 1)[0], names.sort(), quote.symbol, Object.keys(quote)];
    },
    /** @param {number} durationMs */
    measure: async (durationMs) => {
      right = 0;
      const before = process.cpuUsage();
      const done = await inParallel(CONNECTIONS, durationMs, step);
      const { user, system } = process.cpuUsage(before);
      busy.ms += (user + system) / 1_000;
      busy.of += done.ms;
      return { ...done, checksum: right, loads: 0 };
    },
    busy: () => busy.ms / busy.of,
  };
}
const busy = { ms: 0, of: 0 };

export const sides = { bourse: clientOf, bare: clientOf };

/** A new trader's way in, and what the application answers him. @param {string} url */
async function signInAndRead(url) {
  const registered = await fetch(`${url}/api/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      email: 'bench@example.com',
      password: 'a long password for the bench',
      displayName: 'Bench',
    }),
  });
  const { token } = /** @type {{ token: string }} */ (await registered.json());
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(url + PATH, { headers });
  return {
    headers,
    answer: {
      headers: Object.fromEntries([...answer.headers].filter(([name]) => !OWN_HEADERS.has(name))),
      body: await answer.text(),
    },
  };
}

/** @type {import('../harness/case.mjs').BenchCase} */
export const authenticatedGet = {
  name: 'authenticated-cached-get',
  about: 'a signed-in user reads a cached quote over HTTP, against a bare node:http handler',
  run: ({ rounds, progress }) =>
    withServers(async (variables) => {
      /** @type {Program[]} */
      const running = [];
      /** @param {Promise<{ program: Program }>} starting */
      const started = async (starting) => {
        const { program } = await starting;
        running.push(program);
        return program.url;
      };
      try {
        const ours = await started(startBourse({ ...variables, RATE_LIMITS: LIMITS }));
        const { headers, answer } = await signInAndRead(ours);
        const bare = await started(
          Program.start([BARE_SERVER], { ANSWER: JSON.stringify(answer) }),
        );
        const warmUpMs = rounds === 1 ? LOOK_WARM_UP_MS : WARM_UP_MS;
        const wanted = /** @type {const} */ ([
          ['bourse', { url: ours + PATH, headers, warmUpMs }],
          ['bare', { url: bare + PATH, headers, warmUpMs }],
        ]);
        const names = [...Object.keys(answer.headers), ...OWN_HEADERS].sort();
        const fields = Object.keys(JSON.parse(answer.body));
        return await withSides(import.meta.url, wanted, async (...clients) => {
          const rates = await compareRates({
            sides: clients,
            rounds,
            expected: ['HTTP/1.1 200 OK', names, 'AAPL', fields],
            startChecksum: () => (operations) => operations,
            progress,
          });
          for (const client of clients) {
            const share = /** @type {number} */ (await client.call('busy'));
            progress(
              `the client of ${client.name} was busy ${Math.round(100 * share)} % of the time`,
            );
          }
          return [
            ratioRow({
              name: 'authenticated-cached-get',
              peer: BARE,
              unit: 'requests/s',
              better: 'higher',
              ours: rates.get('bourse') ?? [],
              theirs: rates.get('bare') ?? [],
              target: TARGET,
            }),
          ];
        });
      } finally {
        await Promise.all(running.map((program) => program.stop()));
      }
    }),
};
