import { sql } from 'drizzle-orm';
import { Webhook } from 'standardwebhooks';
import { Database, Outbox } from '../../src/database/index.js';
import type { DomainEvent, EventPayload } from '../../src/kernel/domain-event.js';
import { newId } from '../../src/kernel/ids.js';
import type { Page } from '../../src/kernel/page.js';
import { TrainingFinished } from '../../src/modules/ai-studio/ai-studio.events.js';
import { ImportEnded } from '../../src/modules/journal/journal.events.js';
import { AlertRaised, AlertResolved } from '../../src/modules/monitoring/monitoring.events.js';
import { DeliveryService } from '../../src/modules/notifications/delivery/delivery.service.js';
import type {
  Notification,
  NotificationPage,
} from '../../src/modules/notifications/inbox/notifications.dto.js';
import { notificationsQueue } from '../../src/modules/notifications/notifications.queues.js';
import type { ShownMessage } from '../../src/modules/notifications/shown/shown-messages.dto.js';
import type {
  CreatedWebhook,
  WebhookView,
} from '../../src/modules/notifications/webhooks/webhook-endpoints.dto.js';
import { OrderChanged } from '../../src/modules/trading/index.js';
import { Queues, ScheduleRegistry } from '../../src/redis/index.js';
import { Deferred } from '../support/deferred.js';
import { eventually } from '../support/eventually.js';
import { HttpStub } from '../support/http-stub.js';
import { SmtpSink } from '../support/smtp-sink.js';
import type { ApiClient, Problem } from './support/api-client.js';
import { SERVERS } from './support/backends.js';
import { startBourse, type Bourse } from './support/bourse.js';
import { LiveClient } from './support/live-client.js';

const PATH = '/api/notifications';
const LOGIN = { user: 'bourse', password: 'sealed and opened again' };
const QUIET = { inApp: true, email: false };

const emailOf = (notificationId: string) => ({
  notificationId,
  channel: 'email' as const,
  target: '',
});

/** News go by the outbox, the queue and a mail server, one after the other. */
const patient = { timeoutMs: 15_000 };

interface Delivery {
  readonly status: string;
  readonly attempts: number;
  readonly last_error: string | null;
}

describe.each(SERVERS)('notifications on $name', (backend) => {
  let bourse: Bourse;
  let admin: ApiClient;
  let sink: SmtpSink;
  let trader: ApiClient;

  beforeAll(async () => {
    bourse = await startBourse(backend, {
      MARKET_TICK_MS: '100',
      NOTIFICATIONS_ALLOW_PRIVATE_TARGETS: 'true',
    });
    admin = await bourse.admin();
    sink = await SmtpSink.start({ login: LOGIN });
    await setMail();
  });
  afterAll(async () => {
    await bourse.close();
    await sink.stop();
  });
  beforeEach(async () => {
    trader = await bourse.trader();
  });

  const setMail = async (overrides: Record<string, unknown> = {}) => {
    const settings = {
      host: '127.0.0.1',
      port: sink.port,
      security: 'none',
      user: LOGIN.user,
      password: LOGIN.password,
      fromAddress: 'bourse@example.com',
      timeoutMs: 2_000,
      ...overrides,
    };
    expect((await admin.send('PUT', '/api/admin/config/email', settings)).status).toBe(200);
  };
  const happens = async <Event extends DomainEvent>(event: Event, payload: EventPayload<Event>) => {
    const outbox = bourse.app.get(Outbox);
    await bourse.app
      .get(Database)
      .transaction((transaction) => outbox.publish(transaction, event, payload));
  };
  const training = (overrides: Partial<EventPayload<typeof TrainingFinished>> = {}) => ({
    userId: trader.user.id,
    modelId: newId(),
    name: 'Momentum',
    trainingId: newId(),
    outcome: 'finished' as const,
    result: { version: 1, accuracy: 0.61, baselineAccuracy: 0.52 },
    failure: null,
    ...overrides,
  });
  const importEnd = (overrides: Partial<EventPayload<typeof ImportEnded>> = {}) => ({
    userId: trader.user.id,
    importId: newId(),
    fileName: 'a.csv',
    outcome: 'done' as const,
    imported: 1,
    duplicates: 0,
    failed: 0,
    failure: null,
    ...overrides,
  });
  const upload = async (fileName: string, content: string): Promise<string> => {
    const file = new FormData();
    file.append('file', new Blob([content], { type: 'text/csv' }), fileName);
    const response = await fetch(`${bourse.url}/api/journal/imports`, {
      method: 'POST',
      body: file,
      headers: { authorization: `Bearer ${trader.token}` },
      signal: AbortSignal.timeout(10_000),
    });
    expect(response.status).toBe(202);
    return ((await response.json()) as { id: string }).id;
  };
  const list = async (query = '', by = trader): Promise<NotificationPage> => {
    const answer = await by.get<NotificationPage>(`${PATH}${query}`);
    expect(answer.status).toBe(200);
    return answer.body;
  };
  const untilTold = (kind: string, by = trader): Promise<Notification> =>
    eventually(async () => {
      const found = (await list('', by)).items.find((item) => item.kind === kind);
      if (!found) throw new Error(`nothing was told of ${kind}`);
      return found;
    }, patient);
  const prefer = (body: unknown) => trader.send<Problem>('PUT', `${PATH}/preferences`, body);
  const untilMailed = (to = trader.user.email, count = 1) =>
    eventually(() => {
      const mails = sink.mailsTo(to);
      expect(mails).toHaveLength(count);
      return mails;
    }, patient);
  const deliveries = async (notificationId: string, channel = 'email'): Promise<Delivery[]> => {
    const answer: unknown = await bourse.app
      .get(Database)
      .sql.execute(
        sql`select status, attempts, last_error from notification_deliveries where notification_id = ${notificationId} and channel = ${channel}`,
      );
    return (answer as { rows: Delivery[] }).rows;
  };
  const untilDelivery = (notificationId: string, status: string): Promise<Delivery | undefined> =>
    eventually(async () => {
      const [delivery] = await deliveries(notificationId);
      expect(delivery?.status).toBe(status);
      return delivery;
    }, patient);

  describe('who is told of what', () => {
    it('a trader of a fill: in the list, live and by mail, the order having been placed alone', async () => {
      const live = await LiveClient.connect(bourse.url, { token: trader.token });
      await live.subscribe('notifications');
      const order = { symbol: 'AAPL', side: 'buy', type: 'market', quantity: '2' };
      const placed = await trader.post<{ id: string }>('/api/orders', order);
      const { data } = await live.next('notifications');
      expect(data).toMatchObject({
        kind: 'order-filled',
        title: 'Bought 2 AAPL',
        readAt: null,
        data: { orderId: placed.body.id, symbol: 'AAPL', quantity: '2' },
      });
      // Who hears of it and asks, finds it.
      expect((await list()).items).toEqual([data]);
      const [mail] = await untilMailed();
      expect(mail).toMatchObject({ from: 'bourse@example.com', user: LOGIN.user });
      expect(mail?.headers).toContain('Subject: Bourse: Bought 2 AAPL');
      expect(mail?.body).toContain('Hello A Trader,');
      expect(await untilDelivery(String(data['id']), 'sent')).toMatchObject({
        attempts: 1,
        last_error: null,
      });
      live.close();
    });

    it('a trader of an order that was rejected, but not of how else it changed', async () => {
      const { body: order } = await trader.post<EventPayload<typeof OrderChanged>['order']>(
        '/api/orders',
        { symbol: 'AAPL', side: 'buy', type: 'limit', limitPrice: '1', quantity: '1' },
      );
      const rejected = { ...order, status: 'rejected' as const };
      await happens(OrderChanged, {
        userId: trader.user.id,
        order: { ...rejected, rejectReason: 'trading.insufficient_funds' },
      });
      const told = await untilTold('order-rejected');
      expect(told).toMatchObject({
        title: 'Order rejected: buy 1 AAPL',
        data: { orderId: order.id, rejectReason: 'trading.insufficient_funds' },
      });
      expect(told.body).toContain('did not have the cash');
      expect((await list()).items).toHaveLength(1);
    });

    it('a trader of an import and of a training that have ended', async () => {
      const importId = newId();
      const ended = importEnd({ importId, imported: 12, duplicates: 3, failed: 2 });
      await happens(ImportEnded, ended);
      expect(await untilTold('import-finished')).toMatchObject({
        title: 'Import finished: 12 new trades (3 there already, 2 lines could not be read)',
        data: { importId, imported: 12 },
      });
      await happens(
        TrainingFinished,
        training({
          outcome: 'failed',
          result: null,
          failure: { code: 'ai_studio.too_few_rows', reason: 'Too few rows.' },
        }),
      );
      expect(await untilTold('training-finished')).toMatchObject({
        title: 'Training failed: Momentum',
        body: 'Too few rows.',
      });
    });

    it('a trader, once each, of files of which nothing could be imported', async () => {
      const header = 'Date,Symbol,Side,Quantity,Price,Fee,Currency';
      const broken = await upload('broken.csv', `${header}\n"never closed,${'x'.repeat(50_000)}`);
      const told = await untilTold('import-finished');
      expect(told).toMatchObject({
        title: expect.stringMatching(/^Import failed: broken\.csv — From line 2 on/) as string,
        data: { importId: broken, outcome: 'failed', failureCode: 'journal.malformed_csv' },
      });
      expect(told.body).toContain('a quote is not closed');

      const unreadable = await upload('odd.csv', `${header}\nnever,AAPL,buy,1,1,0,USD`);
      await eventually(async () => {
        expect((await list()).items).toMatchObject([
          {
            title: 'Import finished: 0 new trades (1 line could not be read)',
            data: { importId: unreadable, outcome: 'done' },
          },
          { id: told.id },
        ]);
      }, patient);
    });

    it('administrators, and no trader, of an alert and its end', async () => {
      const alert = {
        alertId: newId(),
        kind: 'queue-backlog',
        message: '1,200 jobs wait in trading.',
        value: 1_200,
        threshold: 1_000,
        raisedAt: new Date(bourse.clock.nowMs()).toISOString(),
      };
      await happens(AlertRaised, alert);
      await happens(AlertResolved, alert);
      expect(await untilTold('alert-raised', admin)).toMatchObject({ body: alert.message });
      expect(await untilTold('alert-resolved', admin)).toMatchObject({
        data: { alertId: alert.alertId, value: 1_200 },
      });
      expect((await list()).items).toEqual([]);
    });

    it('nobody twice, however often the same event is delivered', async () => {
      const ended = training();
      await happens(TrainingFinished, ended);
      await happens(TrainingFinished, ended);
      await happens(TrainingFinished, training({ name: 'Last' }));
      await eventually(async () => {
        const titles = (await list()).items.map(({ title }) => title);
        expect(titles).toEqual(['Training done: Last', 'Training done: Momentum']);
      }, patient);
      await untilMailed(trader.user.email, 2);
    });

    it('a trader in one line, without a header or a tag more, whatever a model is called', async () => {
      const name = '</h1><script>x</script>\r\nBcc: spy@example.com\u2028\u202e';
      await happens(TrainingFinished, training({ name }));
      const told = await untilTold('training-finished');
      expect(told.title).toBe('Training done: </h1><script>x</script> Bcc: spy@example.com');
      const [mail] = await untilMailed();
      expect(mail?.to).toEqual([trader.user.email]);
      expect(mail?.headers.filter((line) => /^bcc/i.test(line))).toEqual([]);
      const page = mail?.body.split('text/html')[1];
      expect(page).toContain('&lt;script&gt;');
      expect(page).not.toContain('<script>');
      expect(sink.mailsTo('spy@example.com')).toEqual([]);
    });
  });

  describe('the list', () => {
    const tell = async (count: number): Promise<Notification[]> => {
      await prefer({ 'training-finished': QUIET });
      for (let i = 1; i <= count; i += 1) {
        await happens(TrainingFinished, training({ name: `Model ${i}` }));
      }
      return eventually(async () => {
        const { items } = await list();
        expect(items).toHaveLength(count);
        return items;
      }, patient);
    };

    it('is empty at first', async () => {
      expect(await list()).toEqual({ items: [], nextCursor: null, unreadCount: 0 });
    });

    it('pages newest first, without a gap or a repetition', async () => {
      const all = await tell(5);
      const seen: Notification[] = [];
      let page = await list('?limit=2');
      seen.push(...page.items);
      while (page.nextCursor !== null) {
        page = await list(`?limit=2&cursor=${page.nextCursor}`);
        seen.push(...page.items);
      }
      expect(seen).toEqual(all);
      expect(all.map(({ title }) => title)[0]).toBe('Training done: Model 5');
      expect(page.unreadCount).toBe(5);
    });

    it('tells read from unread, one by one and all at once', async () => {
      const [newest, ...older] = await tell(3);
      const read = await trader.post<Notification>(`${PATH}/${newest?.id}/read`);
      expect(read).toMatchObject({ status: 200, body: { id: newest?.id } });
      expect(read.body.readAt).not.toBeNull();
      bourse.clock.advance(1_000);
      // Read again, it keeps the time of the first reading.
      expect((await trader.post(`${PATH}/${newest?.id}/read`)).body).toEqual(read.body);
      expect(await list('?unread=true')).toMatchObject({ items: older, unreadCount: 2 });
      expect((await list('?unread=false')).items).toEqual([read.body]);

      const unread = await trader.delete<Notification>(`${PATH}/${newest?.id}/read`);
      expect(unread).toMatchObject({ status: 200, body: { ...newest, readAt: null } });
      expect((await list()).unreadCount).toBe(3);

      expect(await trader.post(`${PATH}/read-all`)).toMatchObject({
        status: 200,
        body: { read: 3 },
      });
      expect(await trader.post(`${PATH}/read-all`)).toMatchObject({
        status: 200,
        body: { read: 0 },
      });
      expect(await list('?unread=true')).toMatchObject({ items: [], unreadCount: 0 });
    });

    it('hides what others were told', async () => {
      const [theirs] = await tell(1);
      const stranger = await bourse.trader();
      const notFound = { status: 404, body: { code: 'notifications.not_found' } };
      for (const id of [theirs?.id, newId(), 'not-an-id', '%00']) {
        expect(await stranger.post(`${PATH}/${id}/read`)).toMatchObject(notFound);
        expect(await stranger.delete(`${PATH}/${id}/read`)).toMatchObject(notFound);
      }
      expect((await list('', stranger)).items).toEqual([]);
      expect(await stranger.post(`${PATH}/read-all`)).toMatchObject({ body: { read: 0 } });
      expect((await list()).unreadCount).toBe(1);
    });

    it('refuses what no list can be asked', async () => {
      const queries = [
        'unread=maybe',
        'limit=0',
        'limit=201',
        'cursor=!',
        'page=2',
        'unread=true&unread=false',
      ];
      for (const query of queries) {
        const answer = await trader.get<Problem>(`${PATH}?${query}`);
        expect([query, answer.status]).toEqual([query, 400]);
      }
    });

    it('is for who is signed in', async () => {
      const nobody = bourse.client();
      expect((await nobody.get(PATH)).status).toBe(401);
      expect((await nobody.get(`${PATH}/preferences`)).status).toBe(401);
      expect((await nobody.post(`${PATH}/read-all`)).status).toBe(401);
    });
  });

  describe('preferences', () => {
    const DEFAULT = { inApp: true, email: true, webhook: true };

    it('are "everything, everywhere" until they are set; what is left out takes that again', async () => {
      const { body: first } = await trader.get<Record<string, unknown>>(`${PATH}/preferences`);
      expect(Object.values(first)).toEqual(Array.from({ length: 6 }, () => DEFAULT));
      const change = { 'order-filled': { email: false }, 'import-finished': { inApp: false } };
      const changed = {
        ...first,
        'order-filled': { ...DEFAULT, email: false },
        'import-finished': { ...DEFAULT, inApp: false },
      };
      expect(await prefer(change)).toMatchObject({ status: 200, body: changed });
      expect((await trader.get(`${PATH}/preferences`)).body).toEqual(changed);
      expect((await prefer({})).body).toEqual(first);
      const stranger = await bourse.trader();
      expect((await stranger.get(`${PATH}/preferences`)).body).toEqual(first);
    });

    it('decide where news go: nowhere, to the mail alone, to the list alone', async () => {
      await prefer({
        'order-filled': { inApp: false, email: false },
        'import-finished': { inApp: false, email: true },
        'training-finished': { inApp: true, email: false },
      });
      const { body: order } = await trader.post<{ id: string }>('/api/orders', {
        symbol: 'AAPL',
        side: 'buy',
        type: 'market',
        quantity: '1',
      });
      await eventually(async () => {
        expect((await trader.get(`/api/orders/${order.id}`)).body).toMatchObject({
          status: 'filled',
        });
      }, patient);
      await happens(ImportEnded, importEnd());
      await happens(TrainingFinished, training());
      await untilTold('training-finished');
      const [mail] = await untilMailed();
      expect(mail?.headers).toContain('Subject: Bourse: Import finished: 1 new trade');
      const { items, unreadCount } = await list();
      expect(items.map(({ kind }) => kind)).toEqual(['training-finished']);
      expect(unreadCount).toBe(1);
      const [, inMailAlone] = await Promise.all([
        deliveries(items[0]?.id ?? '').then((none) => expect(none).toEqual([])),
        list('?unread=true'),
      ]);
      expect(inMailAlone.items).toHaveLength(1);
    });

    it('refuse what they do not know, and stay as they are', async () => {
      const wrong = [
        { 'order-filled': { sms: true } },
        { 'order-filled': { email: 'yes' } },
        { 'order-filled': null },
        { unknown: {} },
        [],
      ];
      await prefer({ 'order-filled': { email: false } });
      const { body: before } = await trader.get(`${PATH}/preferences`);
      for (const body of wrong) {
        expect(await prefer(body)).toMatchObject({
          status: 400,
          body: { code: 'request.invalid' },
        });
      }
      expect((await trader.get(`${PATH}/preferences`)).body).toEqual(before);
    });
  });

  describe('the mail', () => {
    afterEach(async () => {
      sink.replyTo = () => 250;
      sink.beforeTaking = () => Promise.resolve();
    });

    it('is sent once, however many jobs there are for it, one after the other and at once', async () => {
      const held = new Deferred<void>();
      sink.beforeTaking = () => held.promise;
      await happens(TrainingFinished, training());
      const { id: notificationId } = await untilTold('training-finished');
      await untilDelivery(notificationId, 'sending');
      const deliver = () => bourse.app.get(DeliveryService).deliver(emailOf(notificationId));
      await expect(deliver()).rejects.toMatchObject({ code: 'notifications.delivery_in_progress' });
      held.resolve();
      await untilDelivery(notificationId, 'sent');
      expect(await deliver()).toEqual({ status: 'sent' });
      expect(sink.mailsTo(trader.user.email)).toHaveLength(1);
    });

    it('is not lost while the server is away, and goes out once it is back', async () => {
      const { port } = sink;
      await sink.stop();
      await happens(TrainingFinished, training());
      const { id } = await untilTold('training-finished');
      await eventually(async () => {
        expect(await deliveries(id)).toMatchObject([
          { status: 'pending', last_error: 'system_config.email_unreachable' },
        ]);
      }, patient);
      sink = await SmtpSink.start({ port, login: LOGIN });
      await untilMailed();
      const delivery = await untilDelivery(id, 'sent');
      expect(delivery?.attempts).toBeGreaterThan(1);
    });

    it('is given up at once when the server refuses the recipient for good', async () => {
      sink.replyTo = (address) => (address === trader.user.email ? 550 : 250);
      await happens(TrainingFinished, training());
      const { id } = await untilTold('training-finished');
      expect(await untilDelivery(id, 'failed')).toMatchObject({
        attempts: 1,
        last_error: 'system_config.email_recipient_refused',
      });
      const service = bourse.app.get(DeliveryService);
      expect(await service.deliver(emailOf(id))).toEqual({ status: 'failed' });
      expect(bourse.logs.map((line) => JSON.stringify(line)).join('\n')).not.toContain(
        trader.user.email,
      );
    });

    it('is given a new job when its job was lost with the queue', async () => {
      await happens(TrainingFinished, training());
      const { id } = await untilTold('training-finished');
      await untilMailed();
      await untilDelivery(id, 'sent');
      // As if its only job had vanished before it ran, half an hour ago.
      const longAgo = new Date(bourse.clock.nowMs() - 1_800_000).toISOString();
      await bourse.app
        .get(Database)
        .sql.execute(
          sql`update notification_deliveries set status = 'pending', updated_at = ${longAgo} where notification_id = ${id}`,
        );
      const schedules = bourse.app.get(ScheduleRegistry);
      const schedule = schedules.find('notifications.requeue-lost-deliveries');
      const { signal } = new AbortController();
      // It may have run by itself at this moment.
      expect([{ requeued: 0 }, { requeued: 1 }]).toContainEqual(await schedule?.run({ signal }));
      await untilMailed(trader.user.email, 2);
      await untilDelivery(id, 'sent');
      expect(await schedule?.run({ signal })).toEqual({ requeued: 0 });
    });

    it('is shown to admins at /admin/outbox instead, text as text and markup caged, while no mail server is set', async () => {
      expect((await admin.delete('/api/admin/config/email')).status).toBe(204);
      try {
        await happens(TrainingFinished, training({ name: '<img src=x onerror=alert(1)>' }));
        const { id } = await untilTold('training-finished');
        expect(await untilDelivery(id, 'shown')).toMatchObject({
          last_error: 'system_config.email_not_configured',
        });
        const { body } = await admin.get<Page<ShownMessage>>('/api/admin/messages?limit=1');
        expect(body.items).toMatchObject([
          {
            channel: 'email',
            recipient: trader.user.email,
            subject: 'Bourse: Training done: <img src=x onerror=alert(1)>',
            text: expect.stringContaining('Hello A Trader,') as string,
          },
        ]);
        const page = await admin.get<string>('/admin/outbox?limit=1');
        expect(page).toMatchObject({ status: 200 });
        expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
        expect(page.body).toContain(trader.user.email);
        expect(page.body).toContain('Training done: &lt;img src=x');
        expect(page.body).not.toContain('<img');
        expect(page.body).toContain('<iframe sandbox title=');
        const odd = await admin.get('/admin/outbox?cursor=!&limit=0');
        expect(odd.status).toBe(200);
      } finally {
        await setMail();
      }
    });

    it('of others nobody sees there but admins, and people without a session are shown the way in', async () => {
      for (const path of ['/admin/outbox', '/api/admin/messages']) {
        expect([path, (await trader.get(path)).status]).toEqual([path, 403]);
        expect([path, (await bourse.client().get(path)).status]).toEqual([path, 401]);
      }
      const person = await bourse.client().get('/admin/outbox', { accept: 'text/html' });
      expect(person.status).toBe(303);
      expect(person.headers.get('location')).toBe('/admin/login?next=%2Fadmin%2Foutbox');
    });

    it('of a notification that does not exist is nothing to send', async () => {
      const key = emailOf(newId());
      await bourse.app.get(Queues).add(notificationsQueue, 'deliver', key);
      expect(await bourse.app.get(DeliveryService).deliver(key)).toEqual({ status: undefined });
    });

    it('that a process of the release before has asked for is sent', async () => {
      await happens(TrainingFinished, training());
      const { id: notificationId } = await untilTold('training-finished');
      await untilDelivery(notificationId, 'sent');
      await bourse.app
        .get(Database)
        .sql.execute(
          sql`update notification_deliveries set status = 'pending' where notification_id = ${notificationId}`,
        );
      await bourse.app.get(Queues).add(notificationsQueue, 'send-email', { notificationId });
      await untilMailed(trader.user.email, 2);
    });

    it('names the site and whom to ask as the system settings say', async () => {
      const settings = { siteName: 'Corner Desk', supportEmail: 'help@example.com' };
      await admin.send('PUT', '/api/admin/config/system', settings);
      try {
        await happens(TrainingFinished, training());
        const [mail] = await untilMailed();
        expect(mail?.headers).toContain('Subject: Corner Desk: Training done: Momentum');
        expect(mail?.body).toContain('Write to help@example.com.');
      } finally {
        await admin.send('PUT', '/api/admin/config/system', {});
      }
    });
  });

  describe('a webhook', () => {
    const WEBHOOKS = `${PATH}/webhooks`;
    let receiver: HttpStub;

    beforeEach(async () => {
      receiver = await HttpStub.start();
      await prefer({ 'training-finished': { email: false } });
    });
    afterEach(() => receiver.stop());

    const open = async (by = trader) => {
      const opened = await by.post<CreatedWebhook>(WEBHOOKS, { url: `${receiver.url}/hook` });
      expect(opened.status).toBe(201);
      return opened.body;
    };
    const endpoints = async (by = trader) => (await by.get<Page<WebhookView>>(WEBHOOKS)).body.items;
    const untilWebhook = (id: string, lastError: string | null) =>
      eventually(async () => {
        const [delivery] = await deliveries(id, 'webhook');
        expect(delivery?.last_error).toBe(lastError);
        expect(delivery?.attempts).toBeGreaterThan(0);
        return delivery;
      }, patient);

    it('is sent each news once, signed and stamped, under one id, however often that takes', async () => {
      const { secret } = await open();
      let asked = 0;
      receiver.answer = () => ({ status: (asked += 1) === 1 ? 503 : 204 });
      const ended = training();
      await happens(TrainingFinished, ended);
      await happens(TrainingFinished, ended);
      const told = await untilTold('training-finished');
      const delivery = await eventually(async () => {
        const [found] = await deliveries(told.id, 'webhook');
        expect(found?.status).toBe('sent');
        return found;
      }, patient);
      expect(delivery?.attempts).toBe(2);
      expect(receiver.requests).toHaveLength(2);
      for (const { method, path, headers, body } of receiver.requests) {
        expect([method, path, headers['webhook-id']]).toEqual(['POST', '/hook', told.id]);
        const news = new Webhook(secret).verify(body, headers as Record<string, string>);
        expect(news).toEqual({
          type: 'training-finished',
          timestamp: told.createdAt,
          data: told,
        });
      }
    });

    it('shows its secret once, and keeps it sealed', async () => {
      const { secret, ...created } = await open();
      expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{32}$/);
      expect(await endpoints()).toEqual([created]);
      const answer: unknown = await bourse.app
        .get(Database)
        .sql.execute(sql`select * from webhook_endpoints where id = ${created.id}`);
      expect(JSON.stringify((answer as { rows: unknown }).rows)).not.toContain(secret.slice(6));
    });

    it('is switched off by a receiver that is gone, and on again by its owner', async () => {
      const { id } = await open();
      receiver.answer = () => ({ status: 410 });
      await happens(TrainingFinished, training());
      const told = await untilTold('training-finished');
      await untilWebhook(told.id, 'notifications.webhook_gone');
      expect(await endpoints()).toMatchObject([{ id, enabled: false }]);
      const on = await trader.patch<WebhookView>(`${WEBHOOKS}/${id}`, { enabled: true });
      expect(on).toMatchObject({ status: 200, body: { id, enabled: true } });
    });

    it('sends nothing once it is removed, or not wanted for a kind of news', async () => {
      const { id } = await open();
      await prefer({ 'training-finished': { email: false, webhook: false } });
      await happens(TrainingFinished, training());
      expect(await deliveries((await untilTold('training-finished')).id, 'webhook')).toEqual([]);
      expect((await trader.delete(`${WEBHOOKS}/${id}`)).status).toBe(204);
      expect(await endpoints()).toEqual([]);
      expect(receiver.requests).toEqual([]);
    });

    it('is its owner’s alone, one of five, and no odd address', async () => {
      const { id } = await open();
      const stranger = await bourse.trader();
      const notFound = { status: 404, body: { code: 'notifications.webhook_not_found' } };
      expect(await endpoints(stranger)).toEqual([]);
      for (const wrong of [id, newId(), 'not-an-id', '%00']) {
        const path = `${WEBHOOKS}/${wrong}`;
        expect(await stranger.patch(path, { enabled: false })).toMatchObject(notFound);
        expect(await stranger.delete(path)).toMatchObject(notFound);
      }
      for (const url of ['', 'ftp://a.example', 'javascript:x', 'http://u:p@a.example', 7, null]) {
        expect([url, (await trader.post(WEBHOOKS, { url })).status]).toEqual([url, 400]);
      }
      const more = await Promise.all(
        Array.from({ length: 6 }, () => trader.post(WEBHOOKS, { url: receiver.url })),
      );
      expect(more.map(({ status }) => status).sort()).toEqual([201, 201, 201, 201, 422, 422]);
      expect((await bourse.client().get(WEBHOOKS)).status).toBe(401);
    });
  });
});
