import type { Model, Performance, Training } from './ai-studio.dto.js';
import type { ModelRow, VersionRow } from './models/models.table.js';
import type { Period } from './training/evaluation.js';
import type { TrainingRow } from './training/trainings.table.js';

const momentOrNull = (at: Date | null) => at?.toISOString() ?? null;

export function toTraining(row: TrainingRow): Training {
  return {
    id: row.id,
    modelId: row.modelId,
    status: row.status,
    progress: row.progress,
    version: row.version,
    failure:
      row.failureCode === null
        ? null
        : { code: row.failureCode, reason: row.failureReason ?? row.failureCode },
    createdAt: row.createdAt.toISOString(),
    startedAt: momentOrNull(row.startedAt),
    finishedAt: momentOrNull(row.finishedAt),
    updatedAt: row.updatedAt.toISOString(),
  };
}

export function toModel(
  row: ModelRow,
  latest: Pick<VersionRow, 'version' | 'accuracy' | 'baselineAccuracy' | 'createdAt'> | null,
  training: TrainingRow | undefined,
): Model {
  return {
    id: row.id,
    name: row.name,
    symbol: row.symbol,
    timeframe: row.timeframe,
    features: row.features,
    lookbackBars: row.lookbackBars,
    from: momentOrNull(row.fromAt),
    to: momentOrNull(row.toAt),
    latest: latest && {
      version: latest.version,
      trainedAt: latest.createdAt.toISOString(),
      accuracy: latest.accuracy,
      baselineAccuracy: latest.baselineAccuracy,
    },
    training: training ? toTraining(training) : null,
    createdAt: row.createdAt.toISOString(),
  };
}

export function toPerformance(row: VersionRow): Performance {
  const { period, scores, baseline, folds } = row.report;
  return {
    modelId: row.modelId,
    version: row.version,
    trainedAt: row.createdAt.toISOString(),
    source: row.source,
    period: toPeriod(period),
    scores,
    baseline,
    folds: folds.map((fold) => ({
      ...fold,
      train: toPeriod(fold.train),
      test: toPeriod(fold.test),
    })),
  };
}

function toPeriod({ fromMs, toMs, rows }: Period): Performance['period'] {
  return { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString(), rows };
}
