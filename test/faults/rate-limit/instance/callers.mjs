// @ts-check
/** @import { Admission } from '../checker.mjs' */
/** @import { LimiterUnderTest } from './bourse.mjs' */
import { nowMs, sleep } from '../../time.mjs';
import { SUBJECTS } from '../workload.mjs';

const CALLERS_PER_SUBJECT = 4;
const PAUSE_MS = 4;
const MAX_COST = 3;

/** Ask without end, more than any limit lets through, and note what became of it. */
export class Callers {
  /** @type {Admission[]} */
  #admissions = [];
  /** @type {number[]} */
  #tookMs = [];
  /** @type {string[]} */
  #errors = [];
  #limiter;
  #random;
  #isStopped = true;
  /** @type {Promise<void>[]} */
  #running = [];

  /** @param {LimiterUnderTest} limiter @param {() => number} random */
  constructor(limiter, random) {
    this.#limiter = limiter;
    this.#random = random;
  }

  start() {
    if (!this.#isStopped) return;
    this.#isStopped = false;
    this.#running = SUBJECTS.flatMap((subject) =>
      Array.from({ length: CALLERS_PER_SUBJECT }, () => this.#callOn(subject)),
    );
  }

  async stop() {
    this.#isStopped = true;
    await Promise.all(this.#running);
  }

  drain() {
    const drained = { admissions: this.#admissions, tookMs: this.#tookMs, errors: this.#errors };
    this.#admissions = [];
    this.#tookMs = [];
    this.#errors = [];
    return drained;
  }

  /** @param {string} subject */
  async #callOn(subject) {
    while (!this.#isStopped) {
      const cost = 1 + Math.floor(this.#random() * MAX_COST);
      const sentMs = nowMs();
      try {
        const isAllowed = await this.#limiter.ask(subject, cost);
        const answeredMs = nowMs();
        if (isAllowed) this.#admissions.push({ subject, sentMs, answeredMs, cost });
        this.#tookMs.push(answeredMs - sentMs);
      } catch (error) {
        this.#errors.push(String(error));
      }
      await sleep(PAUSE_MS * (0.5 + this.#random()));
    }
  }
}
