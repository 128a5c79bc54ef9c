// @ts-check
/** @import { OnOpen } from './stage.mjs' */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Side } from '../../../bench/harness/side.mjs';
import { nowMs, until } from '../time.mjs';
import { DOUBLED, endsOf, OPEN_ASKS, TABLES } from './stage.mjs';

const INSTANCE = new URL('./instance.mjs', import.meta.url).href;
const DONE_MS = 25_000;
/** The first one makes the database. */
const START_MS = 60_000;

/** One worker on a data folder: database and queues are in its process, and end with it. */
export class EmbeddedStage {
  #folder;
  #jobMs;
  #asked = 0;
  /** Keys whose asking was answered: each is on record, whatever became of the process then. @type {string[]} */
  #acknowledged = [];
  /** @type {Side | undefined} */
  #worker;

  /** @param {string} folder @param {number} jobMs */
  constructor(folder, jobMs) {
    this.#folder = folder;
    this.#jobMs = jobMs;
  }

  /** @param {OnOpen} onOpen @param {number} jobMs */
  static async open(onOpen, jobMs) {
    const opened = endsOf(onOpen);
    const folder = await mkdtemp(join(tmpdir(), 'bourse-faults-'));
    opened.push(() => rm(folder, { recursive: true, force: true }));
    const stage = new EmbeddedStage(folder, jobMs);
    opened.push(async () => stage.#worker?.stop());
    await stage.start();
    for (const statement of TABLES.split(';')) await stage.#query(statement);
    return stage;
  }

  async start() {
    const variables = { LOG_LEVEL: 'error', BOURSE_ROLE: 'all', DATA_DIR: this.#folder };
    const context = { variables, jobMs: this.#jobMs };
    this.#worker = await Side.start(INSTANCE, 'bourse', context, START_MS);
  }

  /** Asks for so many jobs and kills the process while some of them run. @param {number} count @param {number} [more] effects before @returns {Promise<number>} how many ran */
  async askAndKill(count, more = 8) {
    const asking = Array.from({ length: count }, () => this.#ask());
    const before = await this.count('fault_effects');
    await until(
      'jobs to be done',
      async () => (await this.count('fault_effects')) >= before + more,
      DONE_MS,
    );
    const active = await this.count('jobs', `queue = 'faults' and state = 'active'`);
    this.#worker?.kill();
    // Those that it had no time to answer are on record or not: nobody was told.
    await Promise.allSettled(asking);
    await this.#worker?.stop();
    return active;
  }

  async #ask() {
    this.#asked += 1;
    const key = `ask-${this.#asked}`;
    await this.#worker?.call('ask', key);
    this.#acknowledged.push(key);
  }

  /** @param {string} table @param {string} [where] @returns {Promise<number>} */
  async count(table, where = 'true') {
    const rows = await this.#query(`select count(*)::int n from ${table} where ${where}`);
    return Number(rows[0]?.['n']);
  }

  /** @param {string} text @returns {Promise<Record<string, unknown>[]>} */
  async #query(text) {
    return (await this.#worker?.call('query', text)) ?? [];
  }

  /** Waits until all that is on record is done, or will not be. @returns {Promise<Record<string, number>>} */
  async verdict() {
    const startedMs = nowMs();
    const open = () => this.count('fault_asks', OPEN_ASKS);
    await until('all to be done', async () => (await open()) === 0, DONE_MS).catch(() => undefined);
    const restMs = Math.round(nowMs() - startedMs);
    const recorded = new Set(
      (await this.#query('select key from fault_asks')).map(({ key }) => key),
    );
    const forgotten = this.#acknowledged.filter((key) => !recorded.has(key)).length;
    return {
      asked: recorded.size,
      effects: await this.count('fault_effects'),
      lost: (await open()) + forgotten,
      doubled: await this.count(DOUBLED),
      attempts: await this.count('fault_attempts'),
      restMs,
    };
  }
}
