import { Logger, type BeforeApplicationShutdown, type OnModuleDestroy } from '@nestjs/common';
import { AppError } from '../../../kernel/app-error.js';
import { SECOND_MS } from '../../../kernel/duration.js';
import { settlesWithin } from '../../../kernel/deadline.js';
import { PacedWarmUp } from './paced.warm-up.js';
import { checkWarmUp, type WarmUp, type WarmUpDefinition, type WarmUpSource } from './warm-up.js';

/** For the loads under way when the process ends: their signal is aborted by then. */
const STOP_MS = 3 * SECOND_MS;

/** The warm-ups of this process: at its start, and whenever a schedule or a job runs them. */
export class WarmUps implements OnModuleDestroy, BeforeApplicationShutdown {
  readonly #logger = new Logger('WarmUp');
  readonly #stopping = new AbortController();
  readonly #used = new Map<string, { readonly atBoot: boolean; readonly warmUp: WarmUp }>();
  #atBoot: Promise<void> = Promise.resolve();

  /** @throws AppError `cache.duplicate_name`, `cache.invalid_definition` (internal) */
  use<Params>(definition: WarmUpDefinition, source: WarmUpSource<Params>): WarmUp {
    const { name, atBoot } = definition;
    checkWarmUp(definition);
    if (this.#used.has(name)) {
      throw new AppError('internal', 'cache.duplicate_name', `two warm-ups are named ${name}`);
    }
    const warmUp = new PacedWarmUp(definition, source, this.#stopping.signal);
    this.#used.set(name, { atBoot, warmUp });
    return warmUp;
  }

  /** Begins those that are declared for the start, one after the other; called once the process listens. */
  beginAtBoot(): void {
    this.#atBoot = this.#runAtBoot();
  }

  onModuleDestroy(): void {
    this.#stopping.abort(
      new AppError('unavailable', 'cache.shutting_down', 'the process is shutting down'),
    );
  }

  async beforeApplicationShutdown(): Promise<void> {
    await settlesWithin(this.#atBoot, STOP_MS);
  }

  async #runAtBoot(): Promise<void> {
    for (const [name, { atBoot, warmUp }] of this.#used) {
      if (!atBoot) continue;
      try {
        const result = await warmUp.run();
        if (!result.isComplete) return;
        this.#logger.log({ message: 'caches are warm', name, ...result });
      } catch (error) {
        this.#logger.warn({ message: 'caches could not be warmed', name, err: error });
      }
    }
  }
}
