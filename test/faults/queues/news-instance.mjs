// @ts-check
import { importBuilt } from '../../../bench/harness/bourse.mjs';
import { startWorker } from './worker.mjs';

/** @typedef {{ userIds: string[], smtpPort: number, webhookUrl: string }} Receivers */

export const sides = {
  /** The application as one worker process, which tells of trainings. @param {{ variables: Record<string, string> }} context */
  bourse: async ({ variables }) => {
    /** @type {typeof import('../../../src/database/index.js')} */
    const { Database, Outbox } = await importBuilt('database/index.js');
    /** @type {typeof import('../../../src/kernel/ids.js')} */
    const { newId } = await importBuilt('kernel/ids.js');
    /** @type {typeof import('../../../src/modules/ai-studio/ai-studio.events.js')} */
    const { TrainingFinished } = await importBuilt('modules/ai-studio/ai-studio.events.js');
    /** @type {typeof import('../../../src/modules/notifications/webhooks/webhook-endpoints.service.js')} */
    const { WebhookEndpointsService } = await importBuilt(
      'modules/notifications/webhooks/webhook-endpoints.service.js',
    );
    /** @type {typeof import('../../../src/modules/system-config/email/email-config.service.js')} */
    const { EmailConfigService } = await importBuilt(
      'modules/system-config/email/email-config.service.js',
    );
    const app = await startWorker(variables);
    const database = app.get(Database);
    const outbox = app.get(Outbox);
    return {
      /** Mail goes there, and a webhook of each user. @param {Receivers} receivers */
      connect: async ({ userIds, smtpPort, webhookUrl }) => {
        const [changedBy = ''] = userIds;
        const mail = { host: '127.0.0.1', port: smtpPort, security: /** @type {const} */ ('none') };
        const sender = { user: null, fromName: 'Bourse', fromAddress: 'bourse@example.com' };
        await app
          .get(EmailConfigService)
          .replace(changedBy, { ...mail, ...sender, timeoutMs: 5_000 });
        for (const userId of userIds) {
          await app.get(WebhookEndpointsService).create(userId, { url: webhookUrl });
        }
      },
      /** Of one training, which is on record once it resolves. @param {{ userId: string, trainingId: string }} training */
      tell: ({ userId, trainingId }) =>
        database.transaction((transaction) =>
          outbox.publish(transaction, TrainingFinished, {
            userId,
            trainingId,
            modelId: newId(),
            name: 'Faults',
            outcome: 'finished',
            result: { version: 1, accuracy: 0.6, baselineAccuracy: 0.5 },
            failure: null,
          }),
        ),
    };
  },
};
