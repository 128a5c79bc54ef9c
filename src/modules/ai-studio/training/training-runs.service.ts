import { Injectable, Logger } from '@nestjs/common';
import { Database } from '../../../database/index.js';
import { AppError } from '../../../kernel/app-error.js';
import { onlyOneOutcome, trainingBroken } from '../ai-studio.errors.js';
import { BarsService, type Bars } from '../features/bars.service.js';
import type { LabelledRow } from '../features/feature-rows.js';
import { ModelsRepository } from '../models/models.repository.js';
import type { ModelRow } from '../models/models.table.js';
import { evaluateAndTrain, FITS } from './evaluation.js';
import { TrainingJournal } from './training-journal.js';
import { assertEnoughRows, assertNotTooLong } from './training-range.js';
import { TrainingWork } from './training-work.js';
import type { TrainingRow } from './trainings.table.js';

/** Shown while the bars are read; the fits share the rest, up to what storing the version is left with. */
const READ_PERCENT = 10;
const FITTED_PERCENT = 95;

/** Thrown between two steps: the training was cancelled, or another run has taken it. */
class RunOver extends Error {}

/** Runs trainings, in a worker. */
@Injectable()
export class TrainingRunsService {
  readonly #logger = new Logger(TrainingRunsService.name);

  constructor(
    private readonly database: Database,
    private readonly journal: TrainingJournal,
    private readonly models: ModelsRepository,
    private readonly bars: BarsService,
    private readonly work: TrainingWork,
  ) {}

  /**
   * Trains from the start. A training that has ended is left as it is, so that running twice changes nothing;
   * of two runs at the same time the later one counts. What cannot be trained ends as failed, with the
   * reason; other errors are thrown, for another attempt.
   */
  async run(trainingId: string, signal: AbortSignal): Promise<void> {
    const training = await this.journal.begin(trainingId);
    if (!training) return;
    try {
      await this.#train(training, signal);
    } catch (error) {
      if (error instanceof RunOver) {
        this.#logger.log({ message: 'training stopped between two steps', trainingId });
      } else if (isVerdict(error)) {
        await this.journal.fail(trainingId, error);
      } else {
        throw error;
      }
    }
  }

  /** For a training whose job has failed for the last time: its model can be trained again. */
  async giveUp(trainingId: string): Promise<void> {
    await this.journal.fail(trainingId, trainingBroken());
  }

  async #train(training: TrainingRow, signal: AbortSignal): Promise<void> {
    const model = await this.models.find(this.database.sql, training.modelId);
    if (!model) throw new Error(`model ${training.modelId} has vanished`);
    const { rows, source } = await this.#rows(model, signal);
    await this.#advance(training, READ_PERCENT);
    const { model: parameters, report } = await evaluateAndTrain(
      rows,
      (design, outcomes) => this.work.fit(design, outcomes, signal),
      (done) => this.#advance(training, percentAfter(done)),
    );
    await this.journal.finish(training, {
      features: model.features,
      parameters,
      report,
      source,
    });
  }

  /** @throws AppError when the bars there are cannot be learnt from */
  async #rows(
    model: ModelRow,
    signal: AbortSignal,
  ): Promise<{ rows: LabelledRow[]; source: string }> {
    const { bars, source } = await this.#bars(model);
    const rows = await this.work.rows(bars, model.features, signal);
    assertEnoughRows(rows.length);
    if (rows.every(({ up }) => up === rows[0]?.up)) throw onlyOneOutcome();
    return { rows, source };
  }

  async #bars(model: ModelRow): Promise<Bars> {
    const { symbol, timeframe, lookbackBars, fromAt, toAt } = model;
    if (fromAt === null) return this.bars.latest(symbol, timeframe, lookbackBars ?? 0);
    const presentMs = await this.bars.presentMs(symbol, timeframe);
    // Asked again: a range without an end has grown while the training waited.
    assertNotTooLong(model, presentMs);
    return this.bars.between(symbol, timeframe, fromAt.getTime(), toAt?.getTime() ?? presentMs);
  }

  async #advance(training: TrainingRow, percent: number): Promise<void> {
    if (!(await this.journal.advance(training, percent))) throw new RunOver();
  }
}

function percentAfter(fits: number): number {
  return Math.round(READ_PERCENT + ((FITTED_PERCENT - READ_PERCENT) * fits) / FITS);
}

/** Whether the error says that the training cannot be done, however often it is tried. */
function isVerdict(error: unknown): error is AppError {
  return (
    error instanceof AppError && ['unprocessable', 'not_found', 'invalid'].includes(error.kind)
  );
}
