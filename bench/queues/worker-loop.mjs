// @ts-check
/** @import { Side } from '../harness/side.mjs' */
/** @import { LoopDelay } from './support/worker-process.mjs' */
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { startTestServers } from '../../test/support/servers/test-servers.mjs';
import { Program } from '../http/support/program.mjs';
import { pause } from '../harness/measuring.mjs';
import { expectSame, expectThat } from '../harness/results.mjs';
import { limitRow } from '../harness/rows.mjs';
import { withSides } from '../harness/side.mjs';
import { openWorkerProcess } from './support/worker-process.mjs';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const LIMIT_MS = 50;
const LINES = 50_000;
const IDLE_MS = 3_000;
const DONE_MS = 240_000;
const LOOK_MS = 200;
const ADMIN = { email: 'admin@bourse.local', password: randomBytes(16).toString('hex') };
const TRADER = { email: 'trader@example.com', password: randomBytes(16).toString('hex') };

export const sides = {
  /** @param {{ variables: Record<string, string> }} context */
  worker: ({ variables }) => openWorkerProcess(variables),
};

/** Asks the API, and takes no other answer than a good one. */
class Client {
  #url;
  #token = '';

  /** @param {string} url */
  constructor(url) {
    this.#url = url;
  }

  /** @param {string} path @param {object} account */
  async signIn(path, account) {
    ({ token: this.#token } = await this.ask(path, account));
  }

  /** @param {string} path @param {object} [body] JSON, or a form @returns {Promise<any>} */
  async ask(path, body) {
    const isForm = body instanceof FormData;
    const response = await fetch(this.#url + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        ...(this.#token !== '' && { authorization: `Bearer ${this.#token}` }),
        ...(body !== undefined && !isForm && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: isForm ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    expectThat(`${path} answers`, response.ok, text);
    return text === '' ? undefined : JSON.parse(text);
  }

  /** @param {string} what @param {() => Promise<boolean>} isDone */
  async until(what, isDone) {
    const deadline = Date.now() + DONE_MS;
    while (!(await isDone())) {
      expectThat(`${what} ends in time`, Date.now() < deadline);
      await pause(LOOK_MS);
    }
  }
}

/** @param {Client} trader @param {number} round */
async function train(trader, round) {
  const { items } = await trader.ask('/api/studio/features');
  const { id } = await trader.ask('/api/studio/models', {
    ...{ name: `model ${round}`, symbol: 'AAPL', timeframe: '1h', lookbackBars: 1_500 },
    features: items.map((/** @type {{ name: string }} */ { name }) => name),
  });
  const training = await trader.ask(`/api/studio/models/${id}/train`, {});
  await trader.until('the training', async () => {
    const { status, failure } = await trader.ask(`/api/studio/trainings/${training.id}`);
    expectThat('the training goes well', failure === null, failure?.reason);
    return status === 'finished';
  });
}

/** @param {Client} trader @param {number} round */
async function importTrades(trader, round) {
  const lines = Array.from({ length: LINES }, (_, i) => {
    const at = new Date(1.7e12 + (round * LINES + i) * 60_000).toISOString();
    return `AAPL,${i % 2 ? 'sell' : 'buy'},1,${100 + (i % 50)}.25,${at},0.5`;
  });
  const form = new FormData();
  const csv = ['symbol,side,quantity,price,date,fee', ...lines, ''].join('\n');
  form.append('file', new Blob([csv], { type: 'text/csv' }), `trades-${round}.csv`);
  const { id } = await trader.ask('/api/journal/imports', form);
  let imported = 0;
  await trader.until('the import', async () => {
    const report = await trader.ask(`/api/journal/imports/${id}`);
    imported = report.imported;
    return report.status === 'done';
  });
  expectSame('lines imported', imported, LINES);
}

/** @param {Client} admin */
async function warmUp(admin) {
  await admin.ask('/api/admin/caches/invalidations', { all: true });
  await admin.ask('/api/admin/schedules/market-data.warm-caches/run', {});
  await admin.until('the warm-up', async () => {
    const { counts } = await admin.ask('/api/admin/queues/market-data');
    return counts.active === 0 && counts.waiting === 0;
  });
}

/** What the loop was late by while `work` was under way. @param {Side} worker @param {() => Promise<unknown>} work */
async function during(worker, work) {
  await worker.call('reset');
  await work();
  return /** @type {Promise<LoopDelay>} */ (worker.call('read'));
}

/** @type {import('../harness/case.mjs').BenchCase} */
export const workerLoop = {
  name: 'worker-loop',
  about: `how late the event loop of a worker is: a training, an import of ${LINES} lines and a warm-up at once`,
  run: async ({ rounds, progress }) => {
    const servers = await startTestServers(['redis', 'postgres']);
    const variables = {
      NODE_ENV: 'production',
      LOG_LEVEL: 'error',
      ENCRYPTION_KEYS: `bench:${randomBytes(32).toString('base64')}`,
      DATABASE_URL: servers.urls.postgres ?? '',
      REDIS_URL: servers.urls.redis ?? '',
      ADMIN_PASSWORD: ADMIN.password,
      RATE_LIMITS: 'api.signed-in=100000/1m',
    };
    /** @type {Program | undefined} */
    let api;
    try {
      ({ program: api } = await Program.start([MAIN], { ...variables, BOURSE_ROLE: 'api' }));
      const [trader, admin] = [new Client(api.url), new Client(api.url)];
      await trader.signIn('/api/auth/register', { ...TRADER, displayName: 'Trader' });
      await admin.signIn('/api/auth/login', ADMIN);
      return await withSides(import.meta.url, [['worker', { variables }]], async (worker) => {
        if (worker === undefined) throw new Error('there is no worker');
        /** @type {LoopDelay[]} */
        const idle = [];
        /** @type {LoopDelay[]} */
        const busy = [];
        for (let round = 0; round < rounds; round += 1) {
          progress(`round ${round + 1} of ${rounds}`);
          idle.push(await during(worker, () => pause(IDLE_MS)));
          const work = () =>
            Promise.all([train(trader, round), importTrades(trader, round), warmUp(admin)]);
          const delay = await during(worker, work);
          progress(
            `p50 ${delay.p50.toFixed(1)} ms, p99 ${delay.p99.toFixed(1)} ms, ${delay.max.toFixed(0)} ms at most`,
          );
          busy.push(delay);
        }
        return [
          limitRow({
            name: 'worker-loop-p99',
            peer: 'the same worker with nothing to do',
            unit: 'ms',
            ours: busy.map(({ p99 }) => p99),
            theirs: idle.map(({ p99 }) => p99),
            limit: LIMIT_MS,
          }),
        ];
      });
    } finally {
      await api?.stop();
      await servers.stop();
    }
  },
};
