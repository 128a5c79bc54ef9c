import { LRUCache } from 'lru-cache';
import { Logger } from '@nestjs/common';
import { AppError, type ErrorKind } from '../../../kernel/app-error.js';
import { FaultLog } from '../../../kernel/fault-log.js';
import { checkPrefetch, type PrefetchDefinition } from './prefetch-definition.js';
import { TransitionModel } from './transition-model.js';

export interface PrefetchStatistics {
  readonly name: string;
  /** Loads that were begun because of a prediction. */
  readonly predicted: number;
  /** Of those: reads that came for what was fetched, in time. */
  readonly used: number;
  /** Of those: nobody came in time. */
  readonly wasted: number;
  /** Predictions that were not followed: the limits were reached, or the process or the store was not fit for it. */
  readonly forgone: number;
}

export interface PrefetchSource<Shape extends string, Subject> {
  /**
   * How each shape is loaded: the way its readers do it, through its cache. Undefined: that leads on to others, but is
   * not worth fetching itself.
   */
  readonly loads: Readonly<Record<Shape, ((subject: Subject) => Promise<unknown>) | undefined>>;
  /** Names the subject: `AAPL`. */
  readonly keyOf: (subject: Subject) => string;
}

export interface PrefetchParts<Shape extends string, Subject> extends PrefetchSource<
  Shape,
  Subject
> {
  /** Whether there is room for work that nobody asked for: the store answers, the event loop is not busy. */
  readonly isFit: () => boolean;
  readonly nowMs?: () => number;
}

const MIN_SUPPORT = 20;
const MEMORY = 1_024;
/** Actors whose last read is remembered, and entries that were fetched for them and not read yet. */
const MAX_REMEMBERED = 5_000;
/** Part of the chain like any other shape, so that a habit of leaving counts against a prediction. */
const ELSEWHERE = '~elsewhere';

/** Kinds of errors that are faults; any other is an answer: a reader would be told that there is nothing, say. */
const FAULTS: ReadonlySet<ErrorKind> = new Set(['unavailable', 'timeout', 'internal']);

interface LastRead {
  readonly shape: string;
  readonly key: string;
  readonly atMs: number;
}

/**
 * Fetches what an actor is likely to ask for next about the same subject, behind the answer that he gets: never before
 * it, never instead of it. Learns shapes from all actors, never whose they were.
 */
export class Prefetch<Shape extends string, Subject> {
  readonly #definition: PrefetchDefinition;
  readonly #parts: PrefetchParts<Shape, Subject>;
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
  constructor(definition: PrefetchDefinition, parts: PrefetchParts<Shape, Subject>) {
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

  /**
   * An actor has been answered. Never throws, never keeps the caller.
   * @param actor one train of thought: of readers who cannot be told apart nothing is to be noted
   */
  noteRead(actor: string, shape: Shape, subject: Subject): void {
    const atMs = this.#nowMs();
    const key = this.#parts.keyOf(subject);
    this.#noteUse(shape, key, atMs);
    const last = this.#lastReads.get(actor);
    this.#lastReads.set(actor, { shape, key, atMs });
    // Who asks for the same again, to turn a page or to see it move, has gone nowhere.
    if (last?.shape === shape && last.key === key) return;
    // About another subject, or after a break: the reader went somewhere else, which is learned as well.
    if (last !== undefined) {
      const isNext = last.key === key && atMs - last.atMs <= this.#definition.withinMs;
      this.#model.learn(last.shape, isNext ? shape : ELSEWHERE);
    }
    const next = this.#model.predict(shape);
    if (next !== undefined && next !== ELSEWHERE) this.#fetch(next as Shape, subject, atMs);
  }

  statistics(): PrefetchStatistics {
    this.#countWasted();
    return {
      name: this.#definition.name,
      predicted: this.#predicted,
      used: this.#used,
      wasted: this.#wasted,
      forgone: this.#forgone,
    };
  }

  #noteUse(shape: Shape, key: string, atMs: number): void {
    const id = `${shape}:${key}`;
    const fetchedAtMs = this.#fetched.get(id);
    if (fetchedAtMs === undefined) return;
    this.#fetched.delete(id);
    if (this.#isInTime(fetchedAtMs, atMs)) this.#used += 1;
    else this.#wasted += 1;
  }

  #countWasted(): void {
    const nowMs = this.#nowMs();
    for (const [id, fetchedAtMs] of [...this.#fetched.entries()]) {
      if (this.#isInTime(fetchedAtMs, nowMs)) continue;
      this.#fetched.delete(id);
      this.#wasted += 1;
    }
  }

  #fetch(shape: Shape, subject: Subject, atMs: number): void {
    const load = this.#parts.loads[shape];
    if (load === undefined) return;
    const id = `${shape}:${this.#parts.keyOf(subject)}`;
    const fetchedAtMs = this.#fetched.get(id);
    if (fetchedAtMs !== undefined && this.#isInTime(fetchedAtMs, atMs)) return;
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

  async #run(shape: Shape, load: () => Promise<unknown>): Promise<void> {
    try {
      await load();
    } catch (error) {
      if (error instanceof AppError && !FAULTS.has(error.kind)) return;
      this.#faults.report(`prefetch of ${shape}`, error);
    } finally {
      this.#running -= 1;
    }
  }

  #isInTime(fetchedAtMs: number, nowMs: number): boolean {
    return nowMs - fetchedAtMs <= this.#definition.withinMs;
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
