import { sql } from 'drizzle-orm';
import { Database, DomainEvents } from '../../src/database/index.js';
import type { EventPayload } from '../../src/kernel/domain-event.js';
import { newId } from '../../src/kernel/ids.js';
import { featuresCache } from '../../src/modules/ai-studio/ai-studio.caches.js';
import type { Dashboard, FeatureView } from '../../src/modules/ai-studio/ai-studio.dto.js';
import {
  TrainingFinished,
  type Model,
  type Performance,
  type Prediction,
  type Training,
} from '../../src/modules/ai-studio/index.js';
import { FEATURE_NAMES } from '../../src/modules/ai-studio/features/features.js';
import { ForgottenTrainings } from '../../src/modules/ai-studio/training/forgotten-trainings.js';
import { TrainingRunsService } from '../../src/modules/ai-studio/training/training-runs.service.js';
import { CandlesService } from '../../src/modules/market-data/index.js';
import { Caches } from '../../src/redis/index.js';
import { eventually } from '../support/eventually.js';
import type { ApiClient, Problem } from './support/api-client.js';
import { SERVERS } from './support/backends.js';
import { startBourse, type Bourse } from './support/bourse.js';
import { LiveClient } from './support/live-client.js';

interface Items<Item> {
  items: Item[];
  nextCursor: string | null;
}

const describeModel = (overrides: Record<string, unknown> = {}) => ({
  name: 'Next hour',
  symbol: 'aapl',
  timeframe: '1h',
  features: ['return_1', 'rsi_14', 'volatility_20'],
  lookbackBars: 160,
  ...overrides,
});
/** Takes long enough to be caught under way. */
const LONG = { lookbackBars: 1_500, features: [...FEATURE_NAMES] };

describe.each(SERVERS)('the AI studio on $name', (backend) => {
  let bourse: Bourse;
  let trader: ApiClient;
  const ended: EventPayload<typeof TrainingFinished>[] = [];

  beforeAll(async () => {
    bourse = await startBourse(backend, {
      MARKET_TICK_MS: '5000',
      RATE_LIMITS: 'auth.register=1000000/1h,auth.login=1000000/1h,ml.train=1000000/1h',
    });
    bourse.app.get(DomainEvents).on(TrainingFinished, async (event) => void ended.push(event));
  });
  afterAll(() => bourse.close());
  beforeEach(async () => {
    trader = await bourse.trader();
  });

  const read = async <Body>(path: string): Promise<Body> => {
    const answer = await trader.get<Body>(path);
    expect({ path, status: answer.status }).toEqual({ path, status: 200 });
    return answer.body;
  };
  const create = async (overrides: Record<string, unknown> = {}): Promise<Model> => {
    const answer = await trader.post<Model>('/api/studio/models', describeModel(overrides));
    expect(answer.status).toBe(201);
    return answer.body;
  };
  const train = async ({ id }: { id: string }): Promise<Training> => {
    const answer = await trader.post<Training>(`/api/studio/models/${id}/train`);
    expect(answer.status).toBe(202);
    return answer.body;
  };
  const untilStatus = ({ id }: { id: string }, ...statuses: string[]): Promise<Training> =>
    eventually(
      async () => {
        const training = await read<Training>(`/api/studio/trainings/${id}`);
        expect(statuses).toContain(training.status);
        return training;
      },
      { timeoutMs: 25_000 },
    );
  const trained = async (model: Model): Promise<Training> =>
    untilStatus(await train(model), 'finished');
  /** A training that nobody has a job for, untouched for an hour. */
  const lose = async (model: Model, { status = 'waiting', runs = 0 } = {}) => {
    const id = newId();
    const past = new Date(bourse.clock.nowMs() - 3_600_000).toISOString();
    await database().execute(
      sql`insert into studio_trainings (id, user_id, model_id, status, progress, runs, created_at, updated_at)
          values (${id}, ${trader.user.id}, ${model.id}, ${status}, 0, ${runs}, ${past}, ${past})`,
    );
    return { id };
  };
  const dashboard = () => read<Dashboard>('/api/studio/dashboard');
  const database = () => bourse.app.get(Database).sql;

  it('lists the features, and keeps the list', async () => {
    const list = await read<Items<FeatureView>>('/api/studio/features');
    expect(list.items.map(({ name }) => name)).toContain('rsi_14');
    expect(list.items.every(({ formula, warmUpBars }) => formula && warmUpBars >= 0)).toBe(true);
    expect(await read('/api/studio/features')).toEqual(list);
    expect(await bourse.app.get(Caches).use(featuresCache).get()).toEqual(list.items);
  });

  it('goes from model to training, live progress, performance and forecast', async () => {
    const model = await create();
    expect(model).toMatchObject({
      symbol: 'AAPL',
      lookbackBars: 160,
      latest: null,
      training: null,
    });
    const live = await LiveClient.connect(bourse.url, { token: trader.token });

    const asked = await train(model);
    expect(asked).toMatchObject({ modelId: model.id, status: 'waiting', progress: 0 });
    const channel = `ai-studio.training:${asked.id}`;
    await live.subscribe(channel);
    await untilStatus(asked, 'finished');
    const done = await live.next(channel, ({ status }) => status === 'finished');
    // Who has heard of the end and asks, sees it.
    expect(await read<Training>(`/api/studio/trainings/${asked.id}`)).toEqual(done.data);
    expect(done.data).toMatchObject({ progress: 100, version: 1, failure: null });
    const progress = live.on(channel).map(({ data }) => Number(data['progress']));
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    live.close();

    const performance = await read<Performance>(`/api/studio/models/${model.id}/performance`);
    // 160 closed bars, 20 of warm-up, and the one that the last row is judged by.
    expect(performance).toMatchObject({ version: 1, period: { rows: 139 }, scores: { rows: 115 } });
    expect(performance.folds).toHaveLength(5);
    for (const { train: known, test, scores, baseline } of performance.folds) {
      expect(Date.parse(test.from) - Date.parse(known.to)).toBe(3_600_000);
      expect(scores.rows).toBe(test.rows);
      expect(baseline.rows).toBe(test.rows);
    }
    const rows = performance.folds.reduce((sum, { test }) => sum + test.rows, 0);
    const hits = performance.folds.reduce(
      (sum, { scores }) => sum + scores.accuracy * scores.rows,
      0,
    );
    expect(performance.scores.accuracy).toBeCloseTo(hits / rows, 12);

    const forecast = await trader.post<Prediction>(`/api/studio/models/${model.id}/predict`);
    expect(forecast).toMatchObject({
      status: 200,
      body: { modelId: model.id, version: 1, symbol: 'AAPL', source: performance.source },
    });
    const { probabilityUp, features, asOf } = forecast.body;
    expect(probabilityUp).toBeGreaterThan(0);
    expect(probabilityUp).toBeLessThan(1);
    expect(features.map(({ name }) => name)).toEqual(model.features);
    const ageMs = bourse.clock.nowMs() - Date.parse(asOf);
    expect(ageMs).toBeGreaterThanOrEqual(0);
    // The open bar may be shown for a moment longer than it is open.
    expect(ageMs).toBeLessThan(3_600_000 + 60_000);

    const { latest, training } = await read<Model>(`/api/studio/models/${model.id}`);
    expect(latest).toMatchObject({ version: 1, accuracy: performance.scores.accuracy });
    expect(training).toEqual(done.data);
    await eventually(() =>
      expect(ended.filter(({ trainingId }) => trainingId === asked.id)).toEqual([
        {
          userId: trader.user.id,
          modelId: model.id,
          name: 'Next hour',
          trainingId: asked.id,
          outcome: 'finished',
          result: {
            version: 1,
            accuracy: performance.scores.accuracy,
            baselineAccuracy: performance.baseline.accuracy,
          },
          failure: null,
        },
      ]),
    );
  });

  it('forecasts from figures that the candles bear out', async () => {
    const model = await create({ features: ['close_position', 'return_1'] });
    await trained(model);
    const { body } = await trader.post<Prediction>(`/api/studio/models/${model.id}/predict`);
    const endMs = Date.parse(body.asOf);
    const items = await bourse.app
      .get(CandlesService)
      .getCandles('AAPL', '1h', endMs - 2 * 3_600_000, endMs);
    const [before, last] = items.map(({ close }) => Number(close));
    expect(items).toHaveLength(2);
    expect(body.close).toBe(String(last));
    expect(body.features.at(-1)?.value).toBeCloseTo((last ?? 0) / (before ?? 0) - 1, 12);
  });

  it('trains on the bars of a fixed range, and makes the same of them each time', async () => {
    const to = new Date(bourse.clock.nowMs() - 3_600_000).toISOString();
    const from = new Date(Date.parse(to) - 150 * 3_600_000).toISOString();
    const model = await create({ lookbackBars: undefined, from, to });
    expect(model).toMatchObject({ from, to, lookbackBars: null });
    await trained(model);
    const first = await read<Performance>(`/api/studio/models/${model.id}/performance`);
    expect(first.period.from >= from && first.period.to < to).toBe(true);
    await trained(model);
    const second = await read<Performance>(`/api/studio/models/${model.id}/performance`);
    expect(second).toEqual({ ...first, version: 2, trainedAt: second.trainedAt });
  });

  it('keeps the performance until the model is trained again', async () => {
    const model = await create();
    await trained(model);
    const path = `/api/studio/models/${model.id}/performance`;
    const first = await read<Performance>(path);
    await database().execute(
      sql`update studio_model_versions set source = 'changed' where model_id = ${model.id}`,
    );
    expect(await read<Performance>(path)).toEqual(first);
    await trained(model);
    expect(await read<Performance>(path)).toMatchObject({ version: 2, source: first.source });
  });

  it('keeps the dashboard until a model or a training changes', async () => {
    const empty = await dashboard();
    expect(empty).toMatchObject({ models: 0, trainedModels: 0, bestModel: null });
    expect(empty.trainings).toEqual({
      waiting: 0,
      running: 0,
      finished: 0,
      failed: 0,
      cancelled: 0,
    });
    expect(await dashboard()).toEqual(empty);

    const model = await create();
    expect(await dashboard()).toMatchObject({ models: 1, trainedModels: 0 });
    const training = await train(model);
    const { waiting, running, finished } = (await dashboard()).trainings;
    expect(waiting + running + finished).toBe(1);
    await untilStatus(training, 'finished');
    await eventually(async () =>
      expect(await dashboard()).toMatchObject({
        trainedModels: 1,
        trainings: { waiting: 0, running: 0, finished: 1 },
        bestModel: { id: model.id, version: 1 },
      }),
    );
  });

  it('pages through models newest first, without a gap or a repetition', async () => {
    const created: string[] = [];
    for (const name of ['a', 'b', 'c', 'd', 'e']) created.push((await create({ name })).id);
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const page: Items<Model> = await read(`/api/studio/models?limit=2${query}`);
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(created.reverse());
  });

  it('trains a model once at a time, whoever asks at the same moment', async () => {
    const model = await create(LONG);
    const answers = await Promise.all(
      Array.from({ length: 5 }, () =>
        trader.post<{ id: string; code?: string }>(`/api/studio/models/${model.id}/train`),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409, 409, 409]);
    const training = answers.find(({ status }) => status === 202)!.body;
    expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({
      code: 'ai_studio.training_under_way',
      details: { trainingId: training.id },
    });
    await trader.delete(`/api/studio/trainings/${training.id}`);
  });

  it('cancels a training that runs and one that waits, once, and keeps nothing of them', async () => {
    const [long, other] = [await create(LONG), await create({ name: 'behind it' })];
    const running = await untilStatus(await train(long), 'running');
    const waiting = await train(other);
    // Workers take one training at a time: this one has not begun.
    const path = `/api/studio/trainings/${waiting.id}`;
    expect(await trader.delete<Training>(path)).toMatchObject({
      status: 200,
      body: { status: 'cancelled', startedAt: null },
    });
    const cancelled = await trader.delete<Training>(`/api/studio/trainings/${running.id}`);
    expect(cancelled).toMatchObject({ status: 200, body: { status: 'cancelled', version: null } });
    expect(await trader.delete<Problem>(path)).toMatchObject({
      status: 409,
      body: { code: 'ai_studio.training_final' },
    });
    // The job ends, and the next training gets its turn.
    await trained(other);
    await eventually(() =>
      expect(bourse.logs).toContainEqual(
        expect.objectContaining({
          message: 'training stopped between two steps',
          trainingId: running.id,
        }),
      ),
    );
    expect(await read(`/api/studio/trainings/${running.id}`)).toEqual(cancelled.body);
    expect((await read<Model>(`/api/studio/models/${long.id}`)).latest).toBeNull();
    expect(await trader.get<Problem>(`/api/studio/models/${long.id}/performance`)).toMatchObject({
      status: 409,
      body: { code: 'ai_studio.not_trained' },
    });
  });

  it('changes nothing when the job of a finished training runs again', async () => {
    const model = await create();
    const training = await trained(model);
    await bourse.app.get(TrainingRunsService).run(training.id, new AbortController().signal);
    expect(await read(`/api/studio/trainings/${training.id}`)).toEqual(training);
    expect((await read<Model>(`/api/studio/models/${model.id}`)).latest?.version).toBe(1);
  });

  it('begins again after a run that was interrupted, and counts one version', async () => {
    const model = await create({ lookbackBars: 600 });
    const training = await untilStatus(await train(model), 'running');
    // Another worker takes the job, as if the first had died; the first stops at its next step.
    const runs = bourse.app.get(TrainingRunsService);
    const stop = new AbortController();
    const interrupted = runs.run(training.id, stop.signal);
    stop.abort(new Error('the worker goes down'));
    await expect(interrupted).rejects.toThrow('the worker goes down');
    expect((await read<Training>(`/api/studio/trainings/${training.id}`)).status).toBe('running');
    await runs.run(training.id, new AbortController().signal);
    expect(await read(`/api/studio/trainings/${training.id}`)).toMatchObject({
      status: 'finished',
      version: 1,
    });
    expect((await read<Model>(`/api/studio/models/${model.id}`)).latest?.version).toBe(1);
  });

  it('runs a training whose job was lost with the queue', async () => {
    const model = await create();
    const training = await lose(model);
    expect(await bourse.app.get(ForgottenTrainings).resume()).toEqual({ resumed: 1, givenUp: 0 });
    // Added once: until it has had its time, it is not forgotten again.
    expect(await bourse.app.get(ForgottenTrainings).resume()).toEqual({ resumed: 0, givenUp: 0 });
    await untilStatus(training, 'finished');
  });

  it('ends a training whose job an administrator takes back, one by one or with all others, for good', async () => {
    const admin = await bourse.admin();
    const queue = '/api/admin/queues/ml-training';
    const board = '/admin/queues/api/queues?activeQueue=ml-training&status=latest&page=1';
    interface Board {
      readonly queues: { name: string; jobs: { id: string; data: unknown }[] }[];
    }
    const jobOf = ({ id }: Training) =>
      eventually(async () => {
        const { body } = await admin.get<Board>(board);
        const jobs = body.queues.find(({ name }) => name === 'ml-training')?.jobs ?? [];
        const job = jobs.find(({ data }) => JSON.stringify(data).includes(id));
        if (!job) throw new Error(`no job of training ${id}`);
        return job.id;
      });
    expect((await admin.post(`${queue}/pause`)).status).toBe(200);
    const [one, other] = [await train(await create()), await train(await create())];
    const [id] = [await jobOf(one), await jobOf(other)];
    expect((await admin.post(`${queue}/jobs/${id}/cancel`)).body).toEqual({ outcome: 'removed' });
    expect((await untilStatus(one, 'cancelled')).finishedAt).not.toBeNull();
    await untilStatus(other, 'waiting');
    expect((await admin.post(`${queue}/drain`)).body).toEqual({ removed: 1, more: false });
    await untilStatus(other, 'cancelled');
    expect(
      await bourse.app
        .get(ForgottenTrainings)
        .addLost({ id: 'r', signal: new AbortController().signal }),
    ).toBe(0);

    expect((await admin.post(`${queue}/resume`)).status).toBe(200);
    const running = await train(await create(LONG));
    await untilStatus(running, 'running');
    const cancel = `${queue}/jobs/${await jobOf(running)}/cancel`;
    expect((await admin.post(cancel)).body).toEqual({ outcome: 'asked' });
    await untilStatus(running, 'cancelled');
  });

  it('gives up a training that never comes to an end, and lets the model be trained again', async () => {
    const model = await create();
    const { id } = await lose(model, { status: 'running', runs: 10 });
    expect(await bourse.app.get(ForgottenTrainings).resume()).toEqual({ resumed: 0, givenUp: 1 });
    expect(await read(`/api/studio/trainings/${id}`)).toMatchObject({
      status: 'failed',
      failure: { code: 'ai_studio.training_broken' },
    });
    await trained(model);
  });

  it('fails a training that cannot be done, with the reason, and keeps the version before', async () => {
    const model = await create();
    await trained(model);
    // As after a change of the market's provider.
    await database().execute(sql`update studio_models set symbol = 'GONE' where id = ${model.id}`);
    const training = await lose(model);
    await bourse.app.get(ForgottenTrainings).resume();
    expect(await untilStatus(training, 'failed')).toMatchObject({
      version: null,
      failure: { code: 'ai_studio.unknown_symbol' },
    });
    expect(await trader.post<Problem>(`/api/studio/models/${model.id}/train`)).toMatchObject({
      status: 422,
      body: { code: 'ai_studio.unknown_symbol' },
    });
    expect((await read<Model>(`/api/studio/models/${model.id}`)).latest?.version).toBe(1);
    await eventually(() =>
      expect(ended).toContainEqual(
        expect.objectContaining({ trainingId: training.id, outcome: 'failed', result: null }),
      ),
    );
  });

  it('refuses to train on three rows, and writes nothing', async () => {
    const model = await create({ lookbackBars: 24 });
    const path = `/api/studio/models/${model.id}`;
    expect(await trader.post<Problem>(`${path}/train`)).toMatchObject({
      status: 422,
      body: { code: 'ai_studio.too_few_rows', details: { rows: 3, required: 120 } },
    });
    expect((await read<Model>(path)).training).toBeNull();
  });

  it('has neither performance nor forecast before the first training', async () => {
    const { id } = await create();
    const refusal = { status: 409, body: { code: 'ai_studio.not_trained' } };
    expect(await trader.get(`/api/studio/models/${id}/performance`)).toMatchObject(refusal);
    expect(await trader.post(`/api/studio/models/${id}/predict`)).toMatchObject(refusal);
  });

  it('refuses descriptions that make no sense, and stores none of them', async () => {
    const descriptions: [string, Record<string, unknown>][] = [
      ['no features', { features: [] }],
      ['an unknown feature', { features: ['tomorrows_close'] }],
      ['a feature twice', { features: ['gap', 'gap'] }],
      ['an unknown timeframe', { timeframe: '7m' }],
      ['no bars', { lookbackBars: 0 }],
      ['too many bars', { lookbackBars: 1_501 }],
      ['an empty name', { name: '  ' }],
      ['a name with NUL', { name: 'a\0b' }],
      ['half a character', { name: '\ud800' }],
      ['a lookback and a range', { from: '2026-01-01T00:00:00Z' }],
      ['an end without a beginning', { lookbackBars: undefined, to: '2026-01-01T00:00:00Z' }],
      [
        'a reversed range',
        { lookbackBars: undefined, from: '2026-01-02T00:00:00Z', to: '2026-01-01T00:00:00Z' },
      ],
      ['the year 0', { lookbackBars: undefined, from: '0000-01-01T00:00:00Z' }],
      ['no date', { lookbackBars: undefined, from: 'yesterday' }],
      ['what is not asked for', { userId: newId() }],
    ];
    for (const [what, overrides] of descriptions) {
      const { status, body } = await trader.post<Problem>(
        '/api/studio/models',
        describeModel(overrides),
      );
      expect({ what, status, code: body.code }).toEqual({
        what,
        status: 400,
        code: 'request.invalid',
      });
    }
    expect((await read<Items<Model>>('/api/studio/models')).items).toEqual([]);
  });

  it('refuses what the market has no bars for, and ranges that no training takes', async () => {
    const descriptions: [string, Record<string, unknown>, string][] = [
      ['a symbol that there is not', { symbol: 'NOPE' }, 'ai_studio.unknown_symbol'],
      [
        'minutes since 1970',
        { lookbackBars: undefined, timeframe: '1m', from: '1970-01-01T00:00:00Z' },
        'ai_studio.range_too_long',
      ],
    ];
    for (const [what, overrides, code] of descriptions) {
      const { status, body } = await trader.post<Problem>(
        '/api/studio/models',
        describeModel(overrides),
      );
      expect({ what, status, code: body.code }).toEqual({ what, status: 422, code });
    }
    expect((await read<Items<Model>>('/api/studio/models')).items).toEqual([]);
  });

  it('hides the models and trainings of others, and what happens to them', async () => {
    const model = await create(LONG);
    const training = await train(model);
    const stranger = await bourse.trader();
    const live = await LiveClient.connect(bourse.url, { token: stranger.token });
    await live.subscribe(`ai-studio.training:${training.id}`);
    const modelPath = `/api/studio/models/${model.id}`;
    const trainingPath = `/api/studio/trainings/${training.id}`;
    const noModel = { status: 404, body: { code: 'ai_studio.model_not_found' } };
    const noTraining = { status: 404, body: { code: 'ai_studio.training_not_found' } };
    expect(await stranger.get(modelPath)).toMatchObject(noModel);
    expect(await stranger.post(`${modelPath}/train`)).toMatchObject(noModel);
    expect(await stranger.get(`${modelPath}/performance`)).toMatchObject(noModel);
    expect(await stranger.post(`${modelPath}/predict`)).toMatchObject(noModel);
    expect(await stranger.get(trainingPath)).toMatchObject(noTraining);
    expect(await stranger.delete(trainingPath)).toMatchObject(noTraining);
    expect((await stranger.get<Items<Model>>('/api/studio/models')).body.items).toEqual([]);
    expect((await stranger.get<Dashboard>('/api/studio/dashboard')).body.models).toBe(0);
    const own = await trader.delete<Training>(trainingPath);
    expect(own).toMatchObject({ status: 200, body: { status: 'cancelled' } });
    await eventually(() =>
      expect(ended).toContainEqual(expect.objectContaining({ trainingId: training.id })),
    );
    expect(live.messages).toEqual([]);
    live.close();
  });

  it('answers 404 to what is no id, and 400 to what is no cursor', async () => {
    expect((await trader.get('/api/studio/models/1')).status).toBe(404);
    expect((await trader.post('/api/studio/models/%00/train')).status).toBe(404);
    expect((await trader.get('/api/studio/trainings/1')).status).toBe(404);
    expect((await trader.delete('/api/studio/trainings/x')).status).toBe(404);
    expect((await trader.get('/api/studio/models?cursor=zzz')).status).toBe(400);
  });

  it('is for those who are signed in', async () => {
    for (const path of ['features', 'dashboard', 'models']) {
      expect((await bourse.client().get(`/api/studio/${path}`)).status).toBe(401);
    }
  });
});
