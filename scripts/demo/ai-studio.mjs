// @ts-check
/** @import { Api, Live } from './client.mjs' */
/** @import { Story } from './story.mjs' */
import { setTimeout as sleep } from 'node:timers/promises';
import { DemoFailure, check } from './client.mjs';

const TRAINING_MS = 60_000;
const POLL_MS = 250;

/** @typedef {{ api: Api, live: Live, story: Story, symbol: string, withJobs: (what: string, part: () => Promise<void>) => Promise<void> }} Desk */
/** @typedef {{ items: { name: string, warmUpBars: number }[] }} Features */
/** @typedef {{ id: string, name: string, timeframe: string, lookbackBars: number }} Model */
/** @typedef {{ id: string, status: string, progress: number, version: number | null, failure: { code: string } | null }} Training */
/** @typedef {{ rows: number, accuracy: number, logLoss: number }} Scores */
/** @typedef {{ version: number, source: string, scores: Scores, baseline: Scores, folds: object[] }} Performance */
/** @typedef {{ probabilityUp: number, asOf: string, features: { name: string, value: number }[] }} Prediction */
/** @typedef {{ models: number, trainedModels: number, trainings: Record<string, number> }} Dashboard */

/** Trains a model on past bars, and asks it for the next one. @param {Desk} desk */
export async function aiStudio(desk) {
  const { api, story } = desk;
  /** @type {Features} */
  const { items: features } = await api.get('/api/studio/features');
  const names = features.map(({ name }) => name);
  story.tell('features', `a model can learn from ${names.join(', ')}`, { features });

  if (await isTooShort(desk)) {
    return story.tell('model', 'left out: this market has too few days yet to learn from');
  }
  const model = await describeModel(desk, names, 600);
  await refuseThreeRows(desk, names);
  await cancelTraining(desk, model);
  await desk.withJobs('a model being trained', () => trainAndAsk(desk, model));

  /** @type {Dashboard} */
  const dashboard = await api.get('/api/studio/dashboard');
  check(dashboard.models >= 2, `the dashboard knows ${dashboard.models} models`);
  const { models, trainedModels, trainings } = dashboard;
  const ended = `${trainings['finished'] ?? 0} finished, ${trainings['cancelled'] ?? 0} cancelled`;
  story.tell('dashboard', `${models} models, ${trainedModels} trained; trainings: ${ended}`, {
    dashboard,
  });
}

/** A replay begins with no past at all. @param {Desk} desk @returns {Promise<boolean>} */
async function isTooShort({ api, symbol }) {
  /** @type {{ candles: { closed: boolean }[] }} */
  const { candles } = await api.get(`/api/market/candles/${symbol}?timeframe=1d`);
  return candles.filter(({ closed }) => closed).length < 190;
}

/** @param {Desk} desk @param {readonly string[]} features @param {number} lookbackBars @returns {Promise<Model>} */
async function describeModel({ api, story, symbol }, features, lookbackBars) {
  // The longest bars: the one timeframe that every market has.
  const terms = { name: `Next day of ${symbol}`, symbol, timeframe: '1d', features, lookbackBars };
  /** @type {Model} */
  const model = await api.post('/api/studio/models', terms);
  story.tell('model', `${model.name}, from ${lookbackBars} bars of ${model.timeframe}`, { model });
  return model;
}

/** @param {Desk} desk @param {readonly string[]} features */
async function refuseThreeRows(desk, features) {
  const model = await describeModel(desk, features, 3);
  const problem = await desk.api.refused('POST', `/api/studio/models/${model.id}/train`, [422]);
  desk.story.tell('refusal', `three bars teach nothing: ${problem.status} ${problem.code}`, {
    problem,
  });
}

/** @param {Desk} desk @param {Model} model */
async function cancelTraining({ api, story }, model) {
  /** @type {Training} */
  const { id } = await api.post(`/api/studio/models/${model.id}/train`, undefined, [202]);
  const again = await api.refused('POST', `/api/studio/models/${model.id}/train`, [409]);
  await api.delete(`/api/studio/trainings/${id}`);
  /** @type {Training} */
  const training = await api.get(`/api/studio/trainings/${id}`);
  check(training.status === 'cancelled', `the training is ${training.status}, not cancelled`);
  story.tell('training', `one at a time (${again.code}), and cancelled when asked`, { training });
}

/** @param {Desk} desk @param {Model} model */
async function trainAndAsk(desk, model) {
  const { api, live, story } = desk;
  /** @type {Training} */
  const { id } = await api.post(`/api/studio/models/${model.id}/train`, undefined, [202]);
  await live.subscribe(`ai-studio.training:${id}`);
  const { status, version, failure } = await trainingEnd(desk, id);
  check(status === 'finished', `the training is ${status}: ${failure?.code ?? 'no reason'}`);
  story.tell('training', `finished: version ${version} of the model`);

  /** @type {Performance} */
  const performance = await api.get(`/api/studio/models/${model.id}/performance`);
  const { scores, baseline, folds, source } = performance;
  story.tell(
    'performance',
    `right on ${percent(scores.accuracy)} of ${scores.rows} unseen bars (${folds.length} folds, ${source}); always saying the same: ${percent(baseline.accuracy)}`,
    { performance },
  );

  /** @type {Prediction} */
  const prediction = await api.post(`/api/studio/models/${model.id}/predict`, undefined, [200]);
  const figures = prediction.features
    .slice(0, 3)
    .map(({ name, value }) => `${name} ${value.toFixed(4)}`);
  story.tell(
    'prediction',
    `${percent(prediction.probabilityUp)} for a higher close after ${prediction.asOf}, from ${figures.join(', ')} …`,
    { prediction },
  );
}

/** @param {Desk} desk @param {string} id @returns {Promise<Training>} */
async function trainingEnd({ api }, id) {
  const deadlineMs = Date.now() + TRAINING_MS;
  while (Date.now() < deadlineMs) {
    /** @type {Training} */
    const training = await api.get(`/api/studio/trainings/${id}`);
    if (!['waiting', 'running'].includes(training.status)) return training;
    await sleep(POLL_MS);
  }
  throw new DemoFailure(`waited ${TRAINING_MS / 1_000} s in vain for the end of training ${id}`);
}

/** @param {number} share */
function percent(share) {
  return `${(share * 100).toFixed(1)} %`;
}
