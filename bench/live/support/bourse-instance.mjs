// @ts-check
/** @import { Publishing } from './publishing.mjs' */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { importBuilt } from '../../harness/bourse.mjs';
import { FAN_OUT, FILLS } from './payload.mjs';
import { publishing } from './publishing.mjs';

/** @typedef {{ variables: Record<string, string>, userIds: readonly string[] }} Context `userIds` may come later */

const KEEP = { messages: 500, ageMs: 3_600_000 };
const fillSchema = z.looseObject({ i: z.number(), sentAt: z.number() });
/** Nobody begins with one: what is measured is what is missed. */
const nothing = z.object({});

/** The application as one API process, with two durable channels more, and who publishes on them. @param {Context} context */
export async function openBourseInstance({ variables }) {
  /** @type {typeof import('../../../src/config/config.js')} */
  const { parseConfig } = await importBuilt('config/config.js');
  /** @type {typeof import('../../../src/kernel/clock.js')} */
  const { systemClock } = await importBuilt('kernel/clock.js');
  /** @type {typeof import('../../../src/kernel/correlation.js')} */
  const { Correlation } = await importBuilt('kernel/correlation.js');
  /** @type {typeof import('../../../src/kernel/domain-event.js')} */
  const { defineEvent } = await importBuilt('kernel/domain-event.js');
  /** @type {typeof import('../../../src/app/logger.js')} */
  const { createLogger } = await importBuilt('app/logger.js');
  /** @type {typeof import('../../../src/app/create-app.js')} */
  const { createApp } = await importBuilt('app/create-app.js');
  /** @type {typeof import('../../../src/database/index.js')} */
  const { Database, DomainEvents, Outbox } = await importBuilt('database/index.js');
  /** @type {typeof import('../../../src/realtime/index.js')} */
  const { ChannelRegistry, LivePublisher, defineDurableChannel } =
    await importBuilt('realtime/index.js');

  const config = parseConfig(variables);
  const correlation = new Correlation();
  const logger = createLogger(config, correlation);
  const app = await createApp({ config, clock: systemClock, correlation }, logger);
  const durable = { keep: KEEP, snapshot: nothing };
  const fanOut = defineDurableChannel({
    ...{ name: FAN_OUT, audience: 'signed-in', schema: fillSchema, durable },
  });
  const fills = defineDurableChannel({
    ...{ name: FILLS, audience: 'user', schema: fillSchema, durable },
  });
  const told = defineEvent('bench.filled', z.object({ userId: z.string(), fill: fillSchema }));
  const channels = app.get(ChannelRegistry);
  channels.declare(fanOut, async () => ({}));
  channels.declare(fills, async () => ({}));
  const live = app.get(LivePublisher);
  app
    .get(DomainEvents)
    .announce(told, ({ userId, fill }, { id }) => live.publish(fills, { userId }, fill, { id }));
  const database = app.get(Database);
  const outbox = app.get(Outbox);
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();

  /** @type {Publishing} */
  const how = {
    toAll: (fill) => live.publish(fanOut, {}, fill, { id: randomUUID() }),
    toUser: (userId, fill) => live.publish(fills, { userId }, fill, { id: randomUUID() }),
    // The moment of the commit is the one in which the transaction is done.
    commit: (userId, fillAt) =>
      database.transaction(async (transaction) => {
        const fill = fillAt();
        await outbox.publish(transaction, told, { userId, fill }, { stream: userId });
      }),
  };
  return { url: () => url, ...publishing(how), close: () => app.close() };
}
