import { AppError } from '../../kernel/app-error.js';

export const unknownSymbol = (symbol: string) =>
  new AppError('unprocessable', 'ai_studio.unknown_symbol', 'There are no bars of this symbol.', {
    details: { symbol },
  });

export const modelNotFound = () =>
  new AppError('not_found', 'ai_studio.model_not_found', 'There is no such model.');

export const trainingNotFound = () =>
  new AppError('not_found', 'ai_studio.training_not_found', 'There is no such training.');

export const rangeTooLong = (maxBars: number) =>
  new AppError(
    'unprocessable',
    'ai_studio.range_too_long',
    `A model learns from up to ${maxBars} bars: shorten the range or take a longer timeframe.`,
    { details: { maxBars } },
  );

/** `rows`: at most, as far as can be told before the bars are read. */
export const tooFewRows = (rows: number, required: number) =>
  new AppError(
    'unprocessable',
    'ai_studio.too_few_rows',
    `The range makes ${rows} rows to learn from; a training needs ${required}.`,
    { details: { rows, required } },
  );

export const onlyOneOutcome = () =>
  new AppError(
    'unprocessable',
    'ai_studio.only_one_outcome',
    'Every bar of the range had the same outcome: there is nothing to tell apart.',
  );

export const trainingUnderWay = (trainingId: string | undefined) =>
  new AppError(
    'conflict',
    'ai_studio.training_under_way',
    'The model is being trained: wait for the end, or cancel it.',
    { details: { ...(trainingId !== undefined && { trainingId }) } },
  );

export const trainingFinal = () =>
  new AppError('conflict', 'ai_studio.training_final', 'The training has ended already.');

export const notTrained = () =>
  new AppError('conflict', 'ai_studio.not_trained', 'The model has not been trained yet.');

export const tooFewBars = (bars: number, required: number) =>
  new AppError(
    'unprocessable',
    'ai_studio.too_few_bars',
    `There are ${bars} closed bars; the features of the model need ${required}.`,
    { details: { bars, required } },
  );

/** What a training that broke down tells its user: the cause is in the log. */
export const trainingBroken = () =>
  new AppError(
    'internal',
    'ai_studio.training_broken',
    'The training could not be completed. Start it again.',
  );
