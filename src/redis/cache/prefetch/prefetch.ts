import { LRUCache } from 'lru-cache';
import { Logger } from '@nestjs/common';
import { AppError } from '../../../kernel/app-error.js';
import { FaultLog } from '../../../kernel/fault-log.js';
import { TransitionModel } from './transition-model.js';

export interface PrefetchDefinition {
  /** Names it in statistics and logs. */
  readonly name: string;
  /** Share of the reads after one shape that must have gone to the next before it is fetched, 0.5–1. */
  readonly minConfidence: number;
  /** Loads at once, and per second, at most: what is beyond them is not fetched. */
  readonly maxConcurrent: number;
  readonly maxPerSecond: number;
  /** A read more than this after the one before it belongs to another train of thought. */
  readonly withinMs: number;
}

/** Declares a prefetch; without one, nothing is ever fetched that nobody asked for. */
export function definePrefetch(definition: PrefetchDefinition): PrefetchDefinition {
  return Object.freeze({ ...definition });
}

/** @throws AppError `cache.invalid_definition` (internal) */
export function checkPrefetch(definition: PrefetchDefinition): void {
  const { name, minConfidence, maxConcurrent, maxPerSecond, withinMs } = definition;
  const limits = [maxConcurrent, maxPerSecond, withinMs];
  const isGood = name !== '' && limits.every((limit) => Number.isSafeInteger(limit) && limit > 0);
  if (isGood && minConfidence >= 0.5 && minConfidence <= 1) return;
  throw new AppError(
    'internal',
    'cache.invalid_definition',
    `prefetch ${name}: needs a name, a confidence of 0.5 to 1 and positive limits in whole numbers`,
  );
}

export interface PrefetchStatistics {
  readonly name: string;
  /** Loads that were begun because of a prediction. */
  readonly predicted: number;
  /** Of those: reads that came for what was fetched, in time. */
  readonly used: number;
  /** Of those: nobody came. */
  readonly wasted: number;
  /** Predictions that were not followed: the limits were reached, or the process or the store was not fit for it. */
  readonly forgone: number;
}

export interface PrefetchParts<Subject> {
  /** Loads of each shape: reads the way the shape's readers do, through its cache. */
  readonly loads: Readonly<Record<string, (subject: Subject) => Promise<unknown>>>;
  /** Names the subject: `AAPL`. */
  readonly keyOf: (subject: Subject) => string;
  /** Whether there is room for work that nobody asked for: the store answers, the event loop is not busy. */
  readonly isFit: () => boolean;
  readonly nowMs?: () => number;
}

const MIN_SUPPORT = 20;
const MEMORY = 1_024;
/** Actors whose last read is remembered, and entries that were fetched for them and not read yet. */
const MAX_REMEMBERED = 5_000;

interface LastRead {
  readonly shape: string;
  readonly key: string;
  readonly atMs: number;
}

/**
 * Fetches what an actor is likely to ask for next about the same subject, behind the answer that he gets: never before
 * it, never instead of it. Learns shapes from all actors, never whose they were.
 */
export class Prefetch<Subject> {
  readonly #definition: PrefetchDefinition;
  readonly #parts: PrefetchParts<Subject>;
  readonly #nowMs: () => number;
  readonly #model: TransitionModel;
  readonly #faults = new FaultLog(new Logger('Prefetch'));
  readonly #lastReads = new LRUCache<string, LastRead>({ max: MAX_REMEMBERED });
  readonly #fetched: LRUCache<string, number>;
  #running = 0;
  #budget: number;
  #budgetAtMs: number;
  #predicted = 0;
  #used = 0;
  #wasted = 0;
  #forgone = 0;

  /** @throws AppError `cache.invalid_definition` (internal) */
  constructor(definition: PrefetchDefinition, parts: PrefetchParts<Subject>) {
    checkPrefetch(definition);
    this.#definition = definition;
    this.#parts = parts;
    this.#nowMs = parts.nowMs ?? (() => performance.now());
    this.#model = new TransitionModel({
      minConfidence: definition.minConfidence,
      minSupport: MIN_SUPPORT,
      memory: MEMORY,
      maxShapes: Object.keys(parts.loads).length + 1,
    });
    this.#fetched = new LRUCache({
      max: MAX_REMEMBERED,
      dispose: (_atMs, _key, reason) => {
        if (reason !== 'delete') this.#wasted += 1;
      },
    });
    this.#budget = definition.maxPerSecond;
    this.#budgetAtMs = this.#nowMs();
  }

  /** An actor has been answered. Never throws, never keeps the caller. */
  noteRead(actor: string, shape: string, subject: Subject): void {
    const atMs = this.#nowMs();
    const key = this.#parts.keyOf(subject);
    this.#noteUse(shape, key, atMs);
    const last = this.#lastReads.get(actor);
    this.#lastReads.set(actor, { shape, key, atMs });
    // About another subject, or after a break: the reader went somewhere else, which is learned as well.
    if (last !== undefined) {
      const isNext = last.key === key && atMs - last.atMs <= this.#definition.withinMs;
      this.#model.learn(last.shape, isNext ? shape : ELSEWHERE);
    }
    const next = this.#model.predict(shape);
    if (next !== undefined && next !== ELSEWHERE && next !== shape)
      this.#fetch(next, subject, atMs);
  }

  statistics(): PrefetchStatistics {
    return {
      name: this.#definition.name,
      predicted: this.#predicted,
      used: this.#used,
      wasted: this.#wasted,
      forgone: this.#forgone,
    };
  }

  #noteUse(shape: string, key: string, atMs: number): void {
    const id = `${shape}:${key}`;
    const fetchedAtMs = this.#fetched.get(id);
    if (fetchedAtMs === undefined) return;
    this.#fetched.delete(id);
    if (atMs - fetchedAtMs <= this.#definition.withinMs) this.#used += 1;
    else this.#wasted += 1;
  }

  #fetch(shape: string, subject: Subject, atMs: number): void {
    const load = this.#parts.loads[shape];
    const id = `${shape}:${this.#parts.keyOf(subject)}`;
    const fetchedAtMs = this.#fetched.get(id);
    if (load === undefined) return;
    if (fetchedAtMs !== undefined && atMs - fetchedAtMs <= this.#definition.withinMs) return;
    if (!this.#parts.isFit() || !this.#takeTurn(atMs)) {
      this.#forgone += 1;
      return;
    }
    this.#predicted += 1;
    this.#fetched.set(id, atMs);
    this.#running += 1;
    // After what is due now: the answer that this follows goes out first.
    setImmediate(() => {
      void this.#run(shape, () => load(subject));
    });
  }

  async #run(shape: string, load: () => Promise<unknown>): Promise<void> {
    try {
      await load();
    } catch (error) {
      this.#faults.report(`prefetch of ${shape}`, error);
    } finally {
      this.#running -= 1;
    }
  }

  /** A bucket that holds one second's worth. */
  #takeTurn(atMs: number): boolean {
    const { maxConcurrent, maxPerSecond } = this.#definition;
    const refill = ((atMs - this.#budgetAtMs) / 1_000) * maxPerSecond;
    this.#budget = Math.min(maxPerSecond, this.#budget + refill);
    this.#budgetAtMs = atMs;
    if (this.#running >= maxConcurrent || this.#budget < 1) return false;
    this.#budget -= 1;
    return true;
  }
}

/** Part of the chain like any other shape, so that a habit of leaving counts against a prediction. */
const ELSEWHERE = '~elsewhere';
