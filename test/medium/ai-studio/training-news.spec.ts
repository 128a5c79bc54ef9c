import '../../support/quiet.js';
import { eq } from 'drizzle-orm';
import { Outbox } from '../../../src/database/index.js';
import { OutboxRepository } from '../../../src/database/outbox/outbox.repository.js';
import { outboxTable } from '../../../src/database/outbox/outbox.table.js';
import { systemClock } from '../../../src/kernel/clock.js';
import { Correlation } from '../../../src/kernel/correlation.js';
import { newId } from '../../../src/kernel/ids.js';
import { ModelsRepository } from '../../../src/modules/ai-studio/models/models.repository.js';
import type { ModelRow } from '../../../src/modules/ai-studio/models/models.table.js';
import { TrainingJournal } from '../../../src/modules/ai-studio/training/training-journal.js';
import { TrainingsRepository } from '../../../src/modules/ai-studio/training/trainings.repository.js';
import { DATABASES, type TestDatabaseHandle } from '../../support/databases.js';

describe.each(DATABASES)('a training in $name', ({ open }) => {
  let handle: TestDatabaseHandle;
  beforeAll(async () => {
    handle = await open();
  }, 30_000);
  afterAll(() => handle?.close());

  it('is told of by one stream, step by step', async () => {
    const { database } = handle;
    const models = new ModelsRepository(database);
    const outbox = new Outbox(new OutboxRepository(database), new Correlation());
    const trainings = new TrainingsRepository(database);
    const journal = new TrainingJournal(database, trainings, models, outbox, systemClock);
    const model: ModelRow = {
      ...{ id: newId(), userId: newId(), name: 'Momentum', symbol: 'AAPL', timeframe: '1h' },
      ...{ features: [], lookbackBars: 100, fromAt: null, toAt: null, latestVersion: 0 },
      createdAt: new Date(),
    };
    await models.insert(model);
    const opened = await database.transaction((transaction) => journal.open(transaction, model));
    const id = opened?.id ?? '';
    const begun = await journal.begin(id);
    if (!begun) throw new Error('not begun');
    await journal.advance(begun, 50);
    await database.transaction((transaction) => journal.cancel(transaction, id));

    const told = await database.sql
      .select({ topic: outboxTable.topic, payload: outboxTable.payload })
      .from(outboxTable)
      .where(eq(outboxTable.stream, `training:${id}`))
      .orderBy(outboxTable.seq);
    type News = { training?: { status: string; progress: number } };
    const steps = told.map(({ topic, payload }) => {
      const { training } = payload as News;
      return training ? `${training.status} ${training.progress}` : topic;
    });
    expect(steps).toEqual([
      'waiting 0',
      'running 0',
      'running 50',
      'cancelled 50',
      'ai-studio.TrainingFinished',
    ]);
  });
});
