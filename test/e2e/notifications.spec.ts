import { createECDH, createPublicKey, randomInt, verify } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { sql } from 'drizzle-orm';
import { Webhook } from 'standardwebhooks';
import { Database, Outbox } from '../../src/database/index.js';
import type { DomainEvent, EventPayload } from '../../src/kernel/domain-event.js';
import { newId } from '../../src/kernel/ids.js';
import type { Page } from '../../src/kernel/page.js';
import { TrainingFinished } from '../../src/modules/ai-studio/ai-studio.events.js';
import { NewDeviceSeen, PasswordChanged } from '../../src/modules/auth/auth.events.js';
import { ImportEnded } from '../../src/modules/journal/journal.events.js';
import { AlertRaised, AlertResolved } from '../../src/modules/monitoring/monitoring.events.js';
import { DeliveryService } from '../../src/modules/notifications/delivery/delivery.service.js';
import type {
  Notification,
  NotificationPage,
} from '../../src/modules/notifications/inbox/notifications.dto.js';
import { EVENT_KINDS } from '../../src/modules/notifications/notification-kinds.js';
import { notificationsQueue } from '../../src/modules/notifications/notifications.queues.js';
import { PreferencesService } from '../../src/modules/notifications/preferences/preferences.service.js';
import type { PushSubscriptionView } from '../../src/modules/notifications/push/push-subscriptions.dto.js';
import type { ShownMessage } from '../../src/modules/notifications/shown/shown-messages.dto.js';
import type {
  CreatedWebhook,
  WebhookView,
} from '../../src/modules/notifications/webhooks/webhook-endpoints.dto.js';
import type { Quote } from '../../src/modules/market-data/index.js';
import { PriceAlertWatch } from '../../src/modules/price-alerts/price-alert-watch.js';
import type { PriceAlert } from '../../src/modules/price-alerts/price-alerts.dto.js';
import { OrderChanged } from '../../src/modules/trading/index.js';
import { QueueInspector, Queues, ScheduleRegistry } from '../../src/redis/index.js';
import { Deferred } from '../support/deferred.js';
import { eventually } from '../support/eventually.js';
import { HttpStub } from '../support/http-stub.js';
import { PushBrowser } from '../support/push-browser.js';
import { SmtpSink } from '../support/smtp-sink.js';
import { newTrader, type ApiClient, type Problem } from './support/api-client.js';
import { SERVERS } from './support/backends.js';
import { startBourse, type Bourse } from './support/bourse.js';
import { LiveClient } from './support/live-client.js';

const PATH = '/api/notifications';
const LOGIN = { user: 'bourse', password: 'sealed and opened again' };
const HOUR_MS = 3_600_000;
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
  let twilio: HttpStub;
  let trader: ApiClient;

  beforeAll(async () => {
    twilio = await HttpStub.start();
    bourse = await startBourse(backend, {
      MARKET_TICK_MS: '100',
      TWILIO_BASE_URL: twilio.url,
      PUBLIC_URL: 'https://bourse.example/',
      NOTIFICATIONS_ALLOW_PRIVATE_TARGETS: 'true',
    });
    admin = await bourse.admin();
    sink = await SmtpSink.start({ login: LOGIN });
    await setMail();
  });
  afterAll(async () => {
    await bourse.close();
    await sink.stop();
    await twilio.stop();
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

    it('a trader of a signal, in the list and by no mail', async () => {
      const signal = { symbol: 'AAPL', side: 'buy', strategy: 'Momentum', confidence: 0.8 };
      const { body } = await trader.post<{ id: string }>('/api/signals', signal);
      const told = await untilTold('signal-received');
      expect(told).toMatchObject({ title: 'Signal: buy AAPL', data: { signalId: body.id } });
      expect(told.body).toContain('Momentum says buy AAPL, 80.0% sure');
      expect(await deliveries(told.id)).toEqual([]);
    });

    it('a trader of a change of the password, whatever the trader had silenced', async () => {
      const someone = bourse.client();
      const known = newTrader();
      await someone.post('/api/auth/register', known);
      await someone.login(known);
      const everyHour = { quietHours: { from: '00:00', to: '23:59' }, emailDigest: 'daily' };
      await someone.send('PUT', `${PATH}/preferences`, everyHour);
      const change = { currentPassword: known.password, newPassword: 'correct horse battery' };
      const changed = await someone.post<{ token: string }>('/api/auth/password', change);
      expect(changed.status).toBe(200);
      someone.token = changed.body.token;
      expect(await untilTold('password-changed', someone)).toMatchObject({
        title: 'Your password was changed',
      });
      const [mail] = await untilMailed(known.email);
      expect(mail?.body).toContain('from 127.0.0.1');
      expect(mail?.headers.filter((line) => line.startsWith('List-Unsubscribe'))).toEqual([]);
    });

    it('a trader of a sign-in at a new device, once; of the first and of known ones nobody', async () => {
      const known = newTrader();
      const firefox = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0' };
      const odd = { 'user-agent': `<b>curl</b>\xad\xff${'x'.repeat(4_000)}` };
      const signIn = (headers: Record<string, string>) =>
        bourse.client().post<{ token: string }>('/api/auth/login', credentials, headers);
      const { displayName: _, ...credentials } = known;
      const registered = await bourse.client().post('/api/auth/register', known, firefox);
      const mark = /^device=[^;]*/.exec(registered.headers.getSetCookie().at(-1) ?? '')?.[0] ?? '';
      const updated = { 'user-agent': firefox['user-agent'].replaceAll('140', '141') };
      const renamed = { 'user-agent': 'Chrome, with the mark of the device', cookie: mark };
      for (const headers of [firefox, updated, renamed]) {
        expect([headers, (await signIn(headers)).status]).toEqual([headers, 200]);
      }
      // Both at once, and again: one place.
      const answers = await Promise.all([signIn(odd), signIn(odd)]);
      expect([...answers, await signIn(odd)].map(({ status }) => status)).toEqual([200, 200, 200]);
      await bourse.app.get(Database).sql.execute(sql`
        insert into sign_in_places (user_id, place_hash, used_at)
        select id, 'later-' || n, now() + interval '1 day'
        from users, generate_series(1, 48) as n where email = ${known.email}`);
      const someone = await bourse.client().login(known);
      const places: unknown = await bourse.app.get(Database).sql.execute(sql`
        select count(*)::int as count, count(*) filter (where place_hash like 'later-%')::int as later
        from sign_in_places where user_id = ${someone.user.id}`);
      // The one that was used last has taken the place of the one that was not used for longest.
      expect((places as { rows: unknown[] }).rows).toEqual([{ count: 50, later: 48 }]);
      const devices = async () =>
        (await list('', someone)).items.filter(({ kind }) => kind === 'new-device');
      // Of that client, and of the one of this test.
      const [, told] = await eventually(async () => {
        const found = await devices();
        expect(found).toHaveLength(2);
        return found;
      }, patient);
      expect(told).toMatchObject({
        title: 'New sign-in to your account',
        data: { ip: '127.0.0.1', client: expect.stringMatching(/^<b>curl<\/b>..x+…$/) as string },
      });
      const seen = {
        userId: someone.user.id,
        sessionId: newId(),
        signInId: newId(),
        signedInAt: told?.createdAt ?? '',
        ip: '192.0.2.7',
        userAgent: '',
      };
      await happens(NewDeviceSeen, seen);
      await happens(NewDeviceSeen, seen);
      await happens(TrainingFinished, { ...training(), userId: someone.user.id });
      await untilTold('training-finished', someone);
      expect(await devices()).toHaveLength(3);
      const mails = await eventually(() => {
        const found = sink.mailsTo(known.email).filter(({ body }) => body.includes('<b>curl'));
        expect(found).toHaveLength(1);
        return found;
      }, patient);
      expect(mails[0]?.body).toContain('Device: <b>curl</b>');
      expect(mails[0]?.body.split('text/html')[1]).toContain('&lt;b&gt;curl');
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

    it('a trader in the language, the figures and the time of the trader', async () => {
      const settings = { locale: 'de-DE', timeZone: 'Europe/Berlin' };
      expect((await trader.patch('/api/users/me/settings', settings)).status).toBe(200);
      await happens(TrainingFinished, training());
      const told = await untilTold('training-finished');
      expect(told.title).toBe('Training fertig: Momentum');
      expect(told.body).toContain('61,0');
      const [mail] = await untilMailed();
      expect(mail?.body).toContain('Guten Tag A Trader,');
      expect(mail?.body).toMatch(/\d\d:\d\d MES?Z/);
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

  describe('price alerts', () => {
    const ALERTS = '/api/price-alerts';
    /** Of the many, nobody needs the mails. */
    const SILENT = { inApp: false, email: false, push: false, webhook: false };
    const alert = (overrides: Record<string, unknown> = {}) => ({
      symbol: 'AAPL',
      direction: 'above',
      price: '900000',
      ...overrides,
    });
    const arm = async (overrides: Record<string, unknown> = {}): Promise<PriceAlert> => {
      const answer = await trader.post<PriceAlert>(ALERTS, alert(overrides));
      expect(answer.status).toBe(201);
      return answer.body;
    };
    const own = async () => (await trader.get<Page<PriceAlert>>(ALERTS)).body.items;
    const armedInDatabase = (count: number) =>
      bourse.app.get(Database).sql.execute(
        sql`insert into price_alerts (id, user_id, symbol, direction, price, created_at)
          select gen_random_uuid(), ${trader.user.id}, 'AAPL', 'above', 900000, now() from generate_series(1, ${count}::int)`,
      );
    /** Prices that the market of these tests never has: nobody else fires by them. */
    const tick = (last: string, { symbol = 'AAPL', ageMs = 0 } = {}): Promise<number> => {
      const asOf = new Date(bourse.clock.nowMs() - ageMs).toISOString();
      const quote: Quote = { symbol, bid: last, ask: last, last, asOf, source: 'simulated' };
      return bourse.app.get(PriceAlertWatch).fire([quote]);
    };

    it('tell a trader once that a price was reached, as the market moves', async () => {
      const created = await arm({ symbol: 'msft', direction: 'below', price: '999999999' });
      expect(created).toMatchObject({ symbol: 'MSFT', price: '999999999', firedAt: null });
      const told = await untilTold('price-alert');
      const [fired] = await own();
      expect(fired).toMatchObject({ id: created.id, firedAt: expect.any(String) as string });
      expect(told.data).toEqual({
        alertId: created.id,
        symbol: 'MSFT',
        direction: 'below',
        price: '999999999',
        firedPrice: fired?.firedPrice,
        firedAt: fired?.firedAt,
      });
      expect(told.title).toMatch(/^MSFT is at \$/);
      await untilMailed();
      expect(await tick('1', { symbol: 'MSFT' })).toBe(0);
      expect(await own()).toEqual([fired]);
    });

    it('fire at the price and beyond it, by fresh quotes alone, once however many workers see it', async () => {
      const [high, low] = [await arm(), await arm({ direction: 'below', price: '0.0002' })];
      const others = [
        await tick('899999.9999'),
        await tick('0.0003'),
        await tick('900000', { symbol: 'MSFT' }),
        await tick('900000', { ageMs: 3_600_000 }),
        await bourse.app.get(PriceAlertWatch).fire([]),
      ];
      expect(others).toEqual([0, 0, 0, 0, 0]);
      expect(await own()).toEqual([low, high]);
      expect([await tick('900000'), await tick('900000')]).toEqual([1, 0]);
      expect([await tick('0.0001'), await tick('0.0001')]).toEqual([1, 0]);
      expect(await own()).toMatchObject([
        { id: low.id, firedPrice: '0.0001' },
        { id: high.id, firedPrice: '900000' },
      ]);

      await prefer({ 'price-alert': SILENT });
      // More than go into one transaction.
      await armedInDatabase(510);
      const fired = await Promise.all(['900001', '900002', '900003'].map((last) => tick(last)));
      expect(fired.reduce((sum, count) => sum + count)).toBe(510);
    });

    it('are refused where they make no sense, and beyond a hundred that are armed', async () => {
      const bad = [
        { price: '0' },
        { price: '-1' },
        { price: '1e3' },
        { price: '1.00001' },
        { price: '9'.repeat(10) },
        { price: 1 },
        { direction: 'across' },
        { symbol: '../etc' },
        { extra: true },
      ];
      for (const overrides of bad) {
        const answer = await trader.post<Problem>(ALERTS, alert(overrides));
        expect([overrides, answer.status, answer.body.code]).toEqual([
          overrides,
          400,
          'request.invalid',
        ]);
      }
      expect(await trader.post(ALERTS, alert({ symbol: 'NOSUCH' }))).toMatchObject({
        status: 422,
        body: { code: 'price_alerts.unknown_symbol' },
      });
      await prefer({ 'price-alert': SILENT });
      await armedInDatabase(98);
      const answers = await Promise.all(
        Array.from({ length: 6 }, () => trader.post<Problem>(ALERTS, alert())),
      );
      const statuses = answers.map(({ status }) => status).sort();
      expect(statuses).toEqual([201, 201, 409, 409, 409, 409]);
      expect(answers.find(({ status }) => status === 409)?.body.code).toBe('price_alerts.too_many');
      // What has fired does not count.
      expect(await tick('900000')).toBe(100);
      await arm();
    });

    it('are listed newest first and removed by their owner alone', async () => {
      const [first, second] = [await arm(), await arm({ symbol: 'MSFT' })];
      const page = await trader.get<Page<PriceAlert>>(`${ALERTS}?limit=1`);
      expect(page.body.items).toEqual([second]);
      const rest = await trader.get(`${ALERTS}?limit=1&cursor=${page.body.nextCursor}`);
      expect(rest.body).toEqual({ items: [first], nextCursor: null });
      const stranger = await bourse.trader();
      expect((await stranger.get(ALERTS)).body).toEqual({ items: [], nextCursor: null });
      const notFound = { status: 404, body: { code: 'price_alerts.not_found' } };
      for (const id of [first.id, newId(), 'not-an-id']) {
        expect(await stranger.delete(`${ALERTS}/${id}`)).toMatchObject(notFound);
      }
      expect((await trader.delete(`${ALERTS}/${first.id}`)).status).toBe(204);
      expect(await trader.delete(`${ALERTS}/${first.id}`)).toMatchObject(notFound);
      expect(await own()).toEqual([second]);
      expect((await bourse.client().get(ALERTS)).status).toBe(401);
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
    const DEFAULT = { inApp: true, email: true, sms: false, push: true, webhook: true };

    it('are "everything, everywhere" until they are set; what is left out takes that again', async () => {
      const { body: first } = await trader.get<Record<string, unknown>>(`${PATH}/preferences`);
      const { quietHours, emailDigest, emailDigestAt, ...kinds } = first;
      expect([quietHours, emailDigest, emailDigestAt]).toEqual([null, 'off', '08:00']);
      expect(kinds).toEqual({
        ...Object.fromEntries(EVENT_KINDS.map((kind) => [kind, DEFAULT])),
        'signal-received': { ...DEFAULT, email: false },
      });
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
        { 'order-filled': { pigeon: true } },
        { 'order-filled': { email: 'yes' } },
        { 'order-filled': null },
        { unknown: {} },
        { quietHours: { from: '22:00', to: '24:00' } },
        { quietHours: { from: '22:00', to: '22:00' } },
        { emailDigest: 'weekly' },
        { 'password-changed': { email: false } },
        { 'new-device': { email: false } },
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

    it('is given one though many others need one too, and once', async () => {
      const inspector = bourse.app.get(QueueInspector);
      const database = bourse.app.get(Database).sql;
      const { signal } = new AbortController();
      const schedules = bourse.app.get(ScheduleRegistry);
      const requeue = () =>
        schedules.find('notifications.requeue-lost-deliveries')?.run({ signal });
      await inspector.setPaused('notifications', true);
      try {
        await database.execute(sql`with told as (
          insert into notifications (id, user_id, kind, title, body, data, in_app, dedupe_key, created_at)
          select gen_random_uuid(), ${trader.user.id}, 'training-finished', '', '', '{}', false, 'lost-' || i, now()
          from generate_series(1, 501) i returning id)
          insert into notification_deliveries (notification_id, channel, target, status, attempts, updated_at)
          select id, 'email', '', 'pending', 0, now() - interval '1 hour' from told`);
        expect([await requeue(), await requeue()]).toEqual([{ requeued: 501 }, { requeued: 0 }]);
      } finally {
        await database.execute(sql`update notification_deliveries set status = 'skipped'
          where notification_id in (select id from notifications where user_id = ${trader.user.id})`);
        expect((await admin.post('/api/admin/queues/notifications/drain')).status).toBe(200);
        await inspector.setPaused('notifications', false);
      }
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

    it('that is urgent goes out before what has waited for longer', async () => {
      await prefer({ 'training-finished': { inApp: false, email: true } });
      const inspector = bourse.app.get(QueueInspector);
      await inspector.setPaused('notifications', true);
      try {
        const waiting = async () =>
          (await inspector.reports()).find(({ name }) => name === 'notifications')?.counts.waiting;
        const before = (await waiting()) ?? 0;
        const untilWaiting = (count: number) =>
          eventually(
            async () => expect(await waiting()).toBeGreaterThanOrEqual(before + count),
            patient,
          );
        for (let i = 1; i <= 20; i += 1) await happens(TrainingFinished, training());
        await untilWaiting(20);
        await happens(PasswordChanged, {
          userId: trader.user.id,
          changeId: newId(),
          changedAt: new Date(bourse.clock.nowMs()).toISOString(),
          ip: '192.0.2.7',
        });
        await untilWaiting(21);
      } finally {
        await inspector.setPaused('notifications', false);
      }
      const mails = await untilMailed(trader.user.email, 21);
      const subjects = mails.map(({ headers }) =>
        headers.find((line) => line.startsWith('Subject: ')),
      );
      // Four are sent at once.
      expect(subjects.indexOf('Subject: Bourse: Your password was changed')).toBeLessThan(10);
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

  describe('what is put off', () => {
    const sendDue = async () => {
      const schedule = bourse.app.get(ScheduleRegistry).find('notifications.send-due');
      await schedule?.run({ signal: new AbortController().signal });
    };
    /** As if it were later: what a trader waits for is due. */
    const pass = (userId: string) =>
      bourse.app.get(Database).sql.execute(sql`
        update notification_deliveries set due_at = now() - interval '1 minute'
        where due_at is not null and notification_id in (select id from notifications where user_id = ${userId})`);
    const dueInMs = async (): Promise<number[]> => {
      const answer: unknown = await bourse.app.get(Database).sql.execute(sql`
        select d.due_at from notification_deliveries d join notifications n on n.id = d.notification_id
        where n.user_id = ${trader.user.id} and d.due_at is not null`);
      const { rows } = answer as { rows: { due_at: string }[] };
      return rows.map(({ due_at: dueAt }) => Date.parse(dueAt) - bourse.clock.nowMs());
    };
    /** From an hour ago until in an hour, in UTC. */
    const quietNow = () => {
      const [from, to] = [-1, 1].map((hours) =>
        new Date(bourse.clock.nowMs() + hours * 3_600_000).toISOString().slice(11, 16),
      );
      return { from, to };
    };

    it('by quiet hours is in the list at once, and in the mail once they are over', async () => {
      await trader.patch('/api/users/me/settings', { timeZone: 'UTC' });
      await prefer({ quietHours: quietNow() });
      await happens(TrainingFinished, training());
      const { id } = await untilTold('training-finished');
      expect(await deliveries(id)).toMatchObject([{ status: 'held', attempts: 0 }]);
      await sendDue();
      expect(await deliveries(id)).toMatchObject([{ status: 'held' }]);
      await prefer({});
      await pass(trader.user.id);
      await Promise.all([sendDue(), sendDue()]);
      await untilDelivery(id, 'sent');
      expect(sink.mailsTo(trader.user.email)).toHaveLength(1);
    });

    it('by quiet hours that have begun before it could be sent waits too, a digest as well', async () => {
      await trader.patch('/api/users/me/settings', { timeZone: 'UTC' });
      sink.replyTo = () => 450;
      try {
        await happens(TrainingFinished, training());
        const { id } = await untilTold('training-finished');
        await eventually(async () => {
          const [delivery] = await deliveries(id);
          expect(delivery?.attempts).toBeGreaterThan(0);
        }, patient);
        await prefer({ quietHours: quietNow() });
        await eventually(async () => {
          expect(await deliveries(id)).toMatchObject([
            { status: 'held', last_error: 'notifications.quiet_hours' },
          ]);
        }, patient);
        await bourse.app.get(Database).sql.execute(sql`
          update notification_deliveries set status = 'gathered' where notification_id = ${id}`);
        await pass(trader.user.id);
        await sendDue();
        const digest = async () => {
          const answer: unknown = await bourse.app.get(Database).sql.execute(sql`
            select d.status from notification_deliveries d join notifications n on n.id = d.notification_id
            where n.user_id = ${trader.user.id} and n.kind = 'digest'`);
          return (answer as { rows: unknown[] }).rows;
        };
        await eventually(async () => expect(await digest()).toEqual([{ status: 'held' }]), patient);
        sink.replyTo = () => 250;
        await prefer({});
        await pass(trader.user.id);
        await sendDue();
        await eventually(async () => expect(await digest()).toEqual([{ status: 'sent' }]), patient);
        await untilMailed();
      } finally {
        sink.replyTo = () => 250;
      }
    });

    it('and switched off meanwhile does not come any more, in a digest neither', async () => {
      await trader.patch('/api/users/me/settings', { timeZone: 'UTC' });
      const off = { 'training-finished': { email: false } };
      for (const wait of [{ quietHours: quietNow() }, { emailDigest: 'hourly' }]) {
        await prefer(wait);
        const before = (await list()).items.length;
        await happens(TrainingFinished, training());
        const id = await eventually(async () => {
          const { items } = await list();
          expect(items).toHaveLength(before + 1);
          return items[0]?.id ?? '';
        }, patient);
        await prefer({ ...wait, ...off, quietHours: null });
        await pass(trader.user.id);
        await sendDue();
        await eventually(async () => {
          expect(await deliveries(id)).toMatchObject([
            { status: 'skipped', last_error: 'notifications.not_wanted' },
          ]);
        }, patient);
      }
      expect(sink.mailsTo(trader.user.email)).toEqual([]);
    });

    it('for a digest may be more than a statement has parameters', async () => {
      const database = bourse.app.get(Database).sql;
      await database.execute(sql`with told as (
        insert into notifications (id, user_id, kind, title, body, data, in_app, dedupe_key, created_at)
        select gen_random_uuid(), ${trader.user.id}, 'training-finished', 'Training done: ' || i, '', '{}', false, 'many-' || i, now()
        from generate_series(1, 66000) i returning id)
        insert into notification_deliveries (notification_id, channel, target, status, attempts, due_at, updated_at)
        select id, 'email', '', 'gathered', 0, now(), now() from told`);
      await sendDue();
      const [mail] = await untilMailed();
      expect(mail?.headers).toContain('Subject: Bourse: 66,000 messages');
      expect(mail?.body.match(/Training done: /g)?.length).toBe(200);
    });

    it.each([
      ['hourly', HOUR_MS],
      ['daily', 24 * HOUR_MS],
    ])(
      'for an %s digest comes in one mail, once, in the order of what happened',
      async (emailDigest, withinMs) => {
        await prefer({ emailDigest });
        for (const name of ['First', 'Second']) await happens(TrainingFinished, training({ name }));
        await eventually(async () => expect((await list()).items).toHaveLength(2), patient);
        const waits = await dueInMs();
        expect(waits).toHaveLength(2);
        expect(Math.max(...waits)).toBeLessThanOrEqual(withinMs);
        await sendDue();
        expect(sink.mailsTo(trader.user.email)).toEqual([]);
        await pass(trader.user.id);
        await Promise.all([sendDue(), sendDue()]);
        const [mail] = await untilMailed();
        await sendDue();
        expect(mail?.headers).toContain('Subject: Bourse: 2 messages');
        expect(mail?.body).toContain('No more mail of any kind: https://');
        expect(mail?.body).toMatch(/1: Training done: First\r?\n2: Training done: Second/);
        expect((await list()).items).toHaveLength(2);
        for (const { id } of (await list()).items) {
          expect(await deliveries(id)).toMatchObject([{ status: 'digested' }]);
        }
        expect(sink.mailsTo(trader.user.email)).toHaveLength(1);
      },
    );

    it('is what is beyond the limit of an hour, and nothing of it is lost', async () => {
      await prefer({ 'training-finished': { inApp: false } });
      for (let i = 1; i <= 62; i += 1)
        await happens(TrainingFinished, training({ name: `No. ${i}` }));
      const counted = (status: string) =>
        bourse.app.get(Database).sql.execute(sql`
          select count(*)::int as count from notification_deliveries d join notifications n on n.id = d.notification_id
          where n.user_id = ${trader.user.id} and d.status = ${status}`) as unknown as Promise<{
          rows: { count: number }[];
        }>;
      await eventually(
        async () => {
          expect((await counted('sent')).rows).toEqual([{ count: 60 }]);
          expect((await counted('gathered')).rows).toEqual([{ count: 2 }]);
        },
        { timeoutMs: 30_000 },
      );
      await pass(trader.user.id);
      await sendDue();
      const mails = await untilMailed(trader.user.email, 61);
      expect(mails.at(-1)?.headers).toContain('Subject: Bourse: 2 messages');
    });
  });

  it('what is old is deleted, but for what is unread, to be sent, or may be told again', async () => {
    const DAY_MS = 86_400_000;
    const database = bourse.app.get(Database).sql;
    const forget = () =>
      bourse.app
        .get(ScheduleRegistry)
        .find('notifications.forget-old')
        ?.run({ signal: new AbortController().signal });
    await prefer({ 'training-finished': { inApp: true, email: true } });
    const tell = async (name: string, ageDays: number, read: boolean) => {
      const happened = training({ name });
      await happens(TrainingFinished, happened);
      const { id } = await eventually(async () => {
        const found = (await list()).items.find(({ title }) => title.endsWith(name));
        if (!found) throw new Error(`nothing was told of ${name}`);
        return found;
      }, patient);
      await untilDelivery(id, 'sent');
      if (read) await trader.post(`${PATH}/${id}/read`);
      const createdAt = new Date(bourse.clock.nowMs() - ageDays * DAY_MS).toISOString();
      await database.execute(
        sql`update notifications set created_at = ${createdAt} where id = ${id}`,
      );
      return { id, happened };
    };
    const young = await tell('Young', 89, true);
    const read = await tell('Read', 91, true);
    const unread = await tell('Unread', 364, false);
    const neverRead = await tell('Never read', 366, false);
    const held = await tell('Held', 500, true);
    await database.execute(sql`
      update notification_deliveries set status = 'held', due_at = now() + interval '1 day'
      where notification_id = ${held.id}`);
    const kept = async () => new Set((await list()).items.map(({ id }) => id));

    // An event of long ago that was not delivered yet, for all that is known that of any of them.
    const waiting = newId();
    await database.execute(sql`
      insert into outbox (id, kind, topic, name, payload, correlation_id, created_at, due_at)
      values (${waiting}, 'event', 'test.Nothing', '', '{}', 'test', now() - interval '1000 days', now() + interval '1 hour')`);
    expect(await forget()).toEqual({ deleted: 0 });
    await happens(TrainingFinished, read.happened);
    await eventually(async () => {
      const answer: unknown = await database.execute(
        sql`select id from outbox where payload ->> 'trainingId' = ${read.happened.trainingId}`,
      );
      expect((answer as { rows: unknown[] }).rows).toEqual([]);
    }, patient);
    await database.execute(sql`delete from outbox where id = ${waiting}`);
    await eventually(async () => expect(await forget()).toEqual({ deleted: 2 }), patient);
    expect(await kept()).toEqual(new Set([young.id, unread.id, held.id]));
    expect([await deliveries(read.id), await deliveries(neverRead.id)]).toEqual([[], []]);
    expect(await forget()).toEqual({ deleted: 0 });
    const replayed = await bourse.app.get(DeliveryService).deliver(emailOf(read.id));
    expect(replayed).toEqual({ status: undefined });
    expect(sink.mailsTo(trader.user.email)).toHaveLength(5);
  });

  describe('the link that ends mail', () => {
    const linkOf = async (): Promise<string> => {
      await happens(TrainingFinished, training());
      const [mail] = await untilMailed();
      const header = mail?.headers.find((line) => line.startsWith('List-Unsubscribe: '));
      const url = /<(.*)>/.exec(header ?? '')?.[1] ?? '';
      expect(url).toMatch(/^https:\/\/bourse\.example\/api\/notifications\/unsubscribe\?token=/);
      expect(mail?.headers).toContain('List-Unsubscribe-Post: List-Unsubscribe=One-Click');
      expect(mail?.body).toContain(url);
      return url.replace('https://bourse.example', '');
    };
    const mailOf = async (kind: string) =>
      (await trader.get<Record<string, { email: boolean }>>(`${PATH}/preferences`)).body[kind]
        ?.email;

    it('changes nothing when it is opened, and ends mail of this kind when it is confirmed', async () => {
      const link = await linkOf();
      const page = await bourse.client().get<string>(link);
      expect(page.status).toBe(200);
      expect(page.body).toContain('<form method="post">');
      expect(await mailOf('training-finished')).toBe(true);
      const oneClick = await bourse.client().send('POST', link, 'List-Unsubscribe=One-Click', {
        'content-type': 'application/x-www-form-urlencoded',
      });
      expect(oneClick.status).toBe(200);
      expect([await mailOf('training-finished'), await mailOf('order-filled')]).toEqual([
        false,
        true,
      ]);
    });

    it('ends what it names beside others that are followed at the same moment', async () => {
      const preferences = bourse.app.get(PreferencesService);
      const kinds = ['order-filled', 'order-rejected', 'price-alert', 'import-finished'] as const;
      await Promise.all(kinds.map((kind) => preferences.switchMailOff(trader.user.id, kind)));
      for (const kind of kinds) expect(await mailOf(kind)).toBe(false);
      expect(await mailOf('training-finished')).toBe(true);
    });

    it('is refused when it was made up or changed', async () => {
      const link = await linkOf();
      const path = `${PATH}/unsubscribe`;
      for (const odd of [
        path,
        `${path}?token=x`,
        `${path}?token=dev.AAAA`,
        `${link.slice(0, -4)}AAAA`,
      ]) {
        expect((await bourse.client().get(odd)).status).toBe(400);
        expect((await bourse.client().post(odd)).status).toBe(400);
      }
      expect(await mailOf('training-finished')).toBe(true);
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
    const untilWebhookStatus = (id: string, status: string) =>
      eventually(async () => {
        expect(await deliveries(id, 'webhook')).toMatchObject([{ status }]);
      }, patient);
    const attemptsByTarget = async (id: string) => {
      const answer: unknown = await bourse.app
        .get(Database)
        .sql.execute(
          sql`select target, status, attempts from notification_deliveries where notification_id = ${id} and channel = 'webhook'`,
        );
      const { rows } = answer as { rows: (Delivery & { target: string })[] };
      return Object.fromEntries(
        rows.map(({ target, status, attempts }) => [target, { status, attempts }]),
      );
    };
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

    it('does not wait for a receiver of somebody else that never answers, which has two at a time', async () => {
      const other = await bourse.trader();
      const fast = await HttpStub.start();
      try {
        await open();
        expect((await other.post(WEBHOOKS, { url: fast.url })).status).toBe(201);
        receiver.answer = () => undefined;
        for (let i = 0; i < 6; i += 1) await happens(TrainingFinished, training());
        await eventually(() => expect(receiver.requests).toHaveLength(2), patient);
        await happens(TrainingFinished, training({ userId: other.user.id }));
        // A request to the other one has ten seconds.
        await eventually(() => expect(fast.requests).toHaveLength(1), { timeoutMs: 6_000 });
        expect(receiver.requests).toHaveLength(2);
        receiver.answer = () => ({ status: 204 });
        receiver.hangUp();
        // None is lost, and none was counted as tried for having waited.
        await eventually(async () => {
          const answer: unknown = await bourse.app.get(Database).sql.execute(sql`
            select d.status, max(d.attempts) as attempts, count(*)::int as count
            from notification_deliveries d join notifications n on n.id = d.notification_id
            where n.user_id = ${trader.user.id} and d.channel = 'webhook' group by 1`);
          expect((answer as { rows: unknown[] }).rows).toEqual([
            { status: 'sent', attempts: 2, count: 6 },
          ]);
        }, patient);
      } finally {
        await fast.stop();
      }
    });

    it('of which one fails goes to the others once, and is tried again alone', async () => {
      const failing = (await open()).id;
      const other = await HttpStub.start();
      try {
        const opened = await trader.post<CreatedWebhook>(WEBHOOKS, { url: other.url });
        let asked = 0;
        receiver.answer = () => ({ status: (asked += 1) < 3 ? 500 : 204 });
        await happens(TrainingFinished, training());
        const { id } = await untilTold('training-finished');
        await eventually(async () => {
          expect(await attemptsByTarget(id)).toEqual({
            [failing]: { status: 'sent', attempts: 3 },
            [opened.body.id]: { status: 'sent', attempts: 1 },
          });
        }, patient);
        expect([receiver.requests.length, other.requests.length]).toEqual([3, 1]);
      } finally {
        await other.stop();
      }
    });

    it('comes again when its receiver has said, not sooner, and counts as tried', async () => {
      await open();
      receiver.answer = () => ({ status: 429, headers: { 'retry-after': '1800' } });
      await happens(TrainingFinished, training());
      const { id } = await untilTold('training-finished');
      const held = await untilWebhook(id, 'notifications.webhook_rejected');
      expect(held).toMatchObject({ status: 'held', attempts: 1 });
      const answer: unknown = await bourse.app
        .get(Database)
        .sql.execute(
          sql`select due_at from notification_deliveries where notification_id = ${id} and channel = 'webhook'`,
        );
      const [row] = (answer as { rows: { due_at: string }[] }).rows;
      const waitMs = Date.parse(row?.due_at ?? '') - bourse.clock.nowMs();
      expect(waitMs).toBeGreaterThan(1_700_000);
      expect(waitMs).toBeLessThanOrEqual(1_800_000);
      expect(receiver.requests).toHaveLength(1);
    });

    it('stays its sender’s while it is being sent, and comes again, under its id, from one that died before it was recorded', async () => {
      const { secret } = await open();
      const held = new Deferred<void>();
      receiver.answer = (_, response) => {
        void held.promise.then(() => response.writeHead(204).end());
        return undefined;
      };
      await happens(TrainingFinished, training());
      const { id: notificationId } = await untilTold('training-finished');
      await eventually(() => expect(receiver.requests).toHaveLength(1), patient);
      const claim = (change: ReturnType<typeof sql>) =>
        bourse.app
          .get(Database)
          .sql.execute(
            sql`update notification_deliveries set ${change} where notification_id = ${notificationId} and channel = 'webhook'`,
          );
      const target = (await endpoints())[0]?.id ?? '';
      const deliver = () =>
        bourse.app.get(DeliveryService).deliver({ notificationId, channel: 'webhook', target });
      const inProgress = { code: 'notifications.delivery_in_progress' };
      // As if it were sending for as long as its claim lasts: it has renewed it.
      await claim(sql`claimed_until = now() + interval '1 second'`);
      await eventually(async () => {
        const answer: unknown = await bourse.app
          .get(Database)
          .sql.execute(
            sql`select claimed_until > now() + interval '5 seconds' as renewed from notification_deliveries where notification_id = ${notificationId} and channel = 'webhook'`,
          );
        expect((answer as { rows: unknown[] }).rows).toEqual([{ renewed: true }]);
      }, patient);
      await expect(deliver()).rejects.toMatchObject(inProgress);
      held.resolve();
      await untilWebhookStatus(notificationId, 'sent');

      // As a process leaves it that is killed between the answer and the record.
      await claim(
        sql`status = 'sending', sent_at = null, claimed_until = now() + interval '10 seconds'`,
      );
      await expect(deliver()).rejects.toMatchObject(inProgress);
      await claim(sql`claimed_until = now() - interval '1 second'`);
      expect(await deliver()).toEqual({ status: 'sent' });
      expect(await deliver()).toEqual({ status: 'sent' });
      expect(receiver.requests).toHaveLength(2);
      const news = receiver.requests.map(({ headers, body }) => ({
        id: headers['webhook-id'],
        news: new Webhook(secret).verify(body, headers as Record<string, string>),
      }));
      expect(news[1]).toEqual(news[0]);
    });

    it('does not follow its receiver elsewhere', async () => {
      await open();
      const elsewhere = await HttpStub.start();
      try {
        receiver.answer = () => ({ status: 307, headers: { location: elsewhere.url } });
        await happens(TrainingFinished, training());
        const { id } = await untilTold('training-finished');
        await untilWebhook(id, 'notifications.webhook_rejected');
        expect(elsewhere.connections).toBe(0);
      } finally {
        await elsewhere.stop();
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

    it('stays on where it leads elsewhere by the time that its receiver says it is gone', async () => {
      const { id } = await open();
      const late = new Deferred<void>();
      receiver.answer = (_, response) => {
        void late.promise.then(() => response.writeHead(410).end());
        return undefined;
      };
      await happens(TrainingFinished, training());
      const told = await untilTold('training-finished');
      await eventually(() => expect(receiver.requests).toHaveLength(1), patient);
      const url = `${receiver.url}/other`;
      expect((await trader.patch(`${WEBHOOKS}/${id}`, { url })).status).toBe(200);
      late.resolve();
      await untilWebhook(told.id, 'notifications.webhook_gone');
      expect(await endpoints()).toMatchObject([{ id, url, enabled: true }]);
    });

    it('whose secret no key opens any more fails with the last attempt', async () => {
      await open();
      await bourse.app.get(Database).sql.execute(sql`
        update webhook_endpoints set sealed_secret = 'gone.AAAA' where user_id = ${trader.user.id}`);
      await happens(TrainingFinished, training());
      const { id } = await untilTold('training-finished');
      const lastError = 'notifications.delivery_interrupted';
      await untilWebhook(id, lastError);
      // As many as there may be but one: its own job, or this one, makes the last.
      await bourse.app.get(Database).sql.execute(sql`
        update notification_deliveries set attempts = 14
        where notification_id = ${id} and channel = 'webhook' and status = 'pending'`);
      await eventually(async () => {
        expect(await deliveries(id, 'webhook')).toEqual([
          { status: 'failed', attempts: 15, last_error: lastError },
        ]);
      }, patient);
      expect(receiver.requests).toEqual([]);
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

  describe('a text message', () => {
    const PHONE = `${PATH}/phone`;
    const SMS = '/api/admin/config/sms';
    const account = { accountSid: `AC${'a'.repeat(32)}`, from: '+15005550006' };
    let number: string;

    beforeEach(async () => {
      // Its own for each test: what goes to one is counted.
      number = `+49${randomInt(10 ** 9, 10 ** 10)}`;
      twilio.requests.length = 0;
      twilio.answer = () => ({ status: 201 });
      await prefer({ 'training-finished': { email: false, sms: true } });
    });
    afterEach(async () => {
      await admin.delete(SMS);
    });
    const setAccount = async () => {
      const answer = await admin.send('PUT', SMS, { ...account, authToken: 'never shown' });
      expect(answer).toMatchObject({ status: 200, body: { configured: true, ...account } });
    };
    const bodies = () =>
      twilio.requests.map(({ body }) => Object.fromEntries(new URLSearchParams(body.toString())));
    const setNumber = async (): Promise<string> => {
      const set = await trader.send('PUT', PHONE, { number });
      expect(set).toMatchObject({ status: 200, body: { number, verified: false } });
      return /\d{6}/.exec(bodies().at(-1)?.['Body'] ?? '')?.[0] ?? '';
    };

    it('goes to a number once its owner has said the code that was sent there', async () => {
      await setAccount();
      const code = await setNumber();
      await happens(TrainingFinished, training({ name: 'Unverified' }));
      const early = await untilTold('training-finished');
      expect(await deliveries(early.id, 'sms')).toEqual([]);
      const verified = await trader.post(`${PHONE}/verify`, { code });
      expect(verified).toMatchObject({ status: 200, body: { number, verified: true } });
      await happens(TrainingFinished, training());
      await eventually(() => expect(bodies()).toHaveLength(2), patient);
      expect(bodies()[1]).toMatchObject({ To: number, From: account.from });
      expect(bodies()[1]?.['Body']).toContain('61.0');
      expect((await trader.delete(PHONE)).status).toBe(204);
      expect((await trader.get(PHONE)).body).toEqual({ number: null, verified: false });
    });

    it('is given up at once when it is refused, and tried again when Twilio is busy', async () => {
      await setAccount();
      await trader.post(`${PHONE}/verify`, { code: await setNumber() });
      twilio.answer = () => ({ status: 400 });
      await happens(TrainingFinished, training());
      const { id } = await untilTold('training-finished');
      await eventually(async () => {
        const expected = {
          status: 'failed',
          attempts: 1,
          last_error: 'system_config.sms_message_refused',
        };
        expect(await deliveries(id, 'sms')).toEqual([expected]);
      }, patient);
      let asked = 0;
      twilio.answer = () => ({ status: (asked += 1) === 1 ? 429 : 201 });
      await happens(TrainingFinished, training({ name: 'Busy' }));
      await eventually(() => expect(asked).toBe(2), patient);
    });

    it('that may have been taken when its sender died fails, and is not sent again', async () => {
      await setAccount();
      await trader.post(`${PHONE}/verify`, { code: await setNumber() });
      await happens(TrainingFinished, training());
      const { id: notificationId } = await untilTold('training-finished');
      const untilSms = (expected: object) =>
        eventually(async () => {
          expect(await deliveries(notificationId, 'sms')).toMatchObject([expected]);
        }, patient);
      await untilSms({ status: 'sent' });
      expect(bodies()).toHaveLength(2);
      // As a process leaves it that is killed between the answer and the record.
      const claimed = (claimedUntil: string) =>
        bourse.app.get(Database).sql.execute(sql`
          update notification_deliveries set status = 'sending', sent_at = null,
            claimed_until = now() + ${claimedUntil}::interval
          where notification_id = ${notificationId} and channel = 'sms'`);
      const key = { notificationId, channel: 'sms' as const, target: '' };
      const deliver = () => bourse.app.get(DeliveryService).deliver(key);
      await claimed('10 seconds');
      await expect(deliver()).rejects.toMatchObject({
        code: 'notifications.delivery_in_progress',
      });
      await claimed('-1 second');
      const uncertain = 'notifications.delivery_uncertain';
      await expect(deliver()).rejects.toMatchObject({ kind: 'unprocessable', code: uncertain });
      await untilSms({ status: 'failed', attempts: 1, last_error: uncertain });
      expect(await deliver()).toEqual({ status: 'failed' });
      expect(bodies()).toHaveLength(2);
    });

    it('comes ten times an hour, and what is beyond that later, by itself', async () => {
      await setAccount();
      await trader.post(`${PHONE}/verify`, { code: await setNumber() });
      twilio.requests.length = 0;
      for (let i = 1; i <= 11; i += 1)
        await happens(TrainingFinished, training({ name: `No. ${i}` }));
      await eventually(async () => {
        const told = (await list()).items;
        const rows = (await Promise.all(told.map(({ id }) => deliveries(id, 'sms')))).flat();
        const held = { status: 'held', attempts: 0, last_error: 'notifications.too_many' };
        expect(rows.filter(({ status }) => status === 'sent')).toHaveLength(10);
        expect(rows.filter(({ status }) => status !== 'sent')).toEqual([held]);
      }, patient);
      expect(twilio.requests).toHaveLength(10);
    });

    it('with a code goes to a number three times an hour, whoever asks for it, and what was verified stays', async () => {
      await setAccount();
      await trader.post(`${PHONE}/verify`, { code: await setNumber() });
      const victim = `+44${randomInt(10 ** 9, 10 ** 10)}`;
      const others = await Promise.all([bourse.trader(), bourse.trader(), bourse.trader()]);
      for (const other of others) {
        expect((await other.send('PUT', PHONE, { number: victim })).status).toBe(200);
      }
      const sent = twilio.requests.length;
      expect(await trader.send('PUT', PHONE, { number: victim })).toMatchObject({
        status: 429,
        body: {
          code: 'notifications.too_many_codes',
          details: { retryAfterSeconds: expect.any(Number) as number },
        },
      });
      expect(twilio.requests).toHaveLength(sent);
      expect((await trader.get(PHONE)).body).toEqual({ number, verified: true });
    });

    it('that is urgent goes out at once, twenty times an hour and no more often', async () => {
      await setAccount();
      await trader.post(`${PHONE}/verify`, { code: await setNumber() });
      const ways = { inApp: false, push: false, webhook: false, sms: true };
      await prefer({ 'password-changed': ways });
      for (let i = 0; i < 22; i += 1) {
        await happens(PasswordChanged, {
          userId: trader.user.id,
          changeId: newId(),
          changedAt: new Date(bourse.clock.nowMs()).toISOString(),
          ip: '192.0.2.7',
        });
      }
      await eventually(async () => {
        const answer: unknown = await bourse.app.get(Database).sql.execute(sql`
          select d.status, d.last_error, count(*)::int as count
          from notification_deliveries d join notifications n on n.id = d.notification_id
          where n.user_id = ${trader.user.id} and d.channel = 'sms' group by 1, 2 order by 1`);
        expect((answer as { rows: unknown[] }).rows).toEqual([
          { status: 'held', last_error: 'notifications.too_many', count: 2 },
          { status: 'sent', last_error: null, count: 20 },
        ]);
      }, patient);
      // And the code.
      expect(twilio.requests).toHaveLength(21);
    });

    it('guesses at its code are few, and each counts', async () => {
      await setAccount();
      const code = await setNumber();
      const wrong = code === '000000' ? '000001' : '000000';
      const answers = await Promise.all(
        Array.from({ length: 5 }, () => trader.post(`${PHONE}/verify`, { code: wrong })),
      );
      expect(answers.map(({ status }) => status)).toEqual([422, 422, 422, 422, 422]);
      expect(await trader.post(`${PHONE}/verify`, { code })).toMatchObject({
        status: 422,
        body: { code: 'notifications.wrong_code' },
      });
      const again = await trader.post(`${PHONE}/verify`, { code: await setNumber() });
      expect(again.status).toBe(200);
    });

    it('is shown at /admin/outbox while no account is set, the code as well', async () => {
      expect((await admin.get(SMS)).body).toEqual({ configured: false });
      await trader.send('PUT', PHONE, { number });
      const { body } = await admin.get<Page<ShownMessage>>('/api/admin/messages?limit=1');
      expect(body.items).toMatchObject([{ channel: 'sms', recipient: number }]);
      const code = /\d{6}/.exec(body.items[0]?.text ?? '')?.[0];
      expect((await trader.post(`${PHONE}/verify`, { code })).status).toBe(200);
      expect(twilio.requests).toEqual([]);
    });

    it('takes no odd number or account, keeps the token sealed, and tells it to no other account', async () => {
      for (const odd of ['', '015112345678', '+49 151 1234', `+${'1'.repeat(16)}`, 7]) {
        const answer = await trader.send('PUT', PHONE, { number: odd });
        expect([odd, answer.status]).toEqual([odd, 400]);
      }
      expect(await admin.send('PUT', SMS, account)).toMatchObject({
        status: 422,
        body: { code: 'system_config.auth_token_required' },
      });
      expect((await admin.send('PUT', SMS, { ...account, accountSid: 'AC1' })).status).toBe(400);
      await setAccount();
      expect((await admin.get(SMS)).body).toEqual({ configured: true, ...account });
      const other = { ...account, accountSid: `AC${'b'.repeat(32)}` };
      expect((await admin.send('PUT', SMS, other)).status).toBe(422);
      expect((await admin.send('PUT', SMS, { ...account, from: 'Bourse' })).status).toBe(200);
      expect((await admin.post(`${SMS}/test`, { to: number })).status).toBe(200);
      const stored: unknown = await bourse.app
        .get(Database)
        .sql.execute(sql`select * from system_config where key = 'sms'`);
      expect(JSON.stringify((stored as { rows: unknown }).rows)).not.toContain('never shown');
      expect((await trader.get(SMS)).status).toBe(403);
      expect((await bourse.client().get(PHONE)).status).toBe(401);
    });
  });

  describe('a push', () => {
    const PUSH = `${PATH}/push`;
    const SUBSCRIPTIONS = `${PUSH}/subscriptions`;
    const KEYS = '/api/admin/config/push';
    let service: HttpStub;
    let browser: PushBrowser;

    beforeEach(async () => {
      service = await HttpStub.start();
      service.answer = () => ({ status: 201 });
      browser = new PushBrowser();
      await prefer({ 'training-finished': { email: false } });
    });
    afterEach(async () => {
      await service.stop();
    });
    const subscribe = async (path = '/send/1') => {
      const body = browser.subscription(service.url + path);
      const answer = await trader.post<PushSubscriptionView>(SUBSCRIPTIONS, body);
      expect(answer.status).toBe(201);
      return answer.body;
    };
    const subscribed = async (by = trader) =>
      (await by.get<Page<PushSubscriptionView>>(SUBSCRIPTIONS)).body.items;
    const setKeys = (body: object = { subject: 'mailto:ops@example.com' }) =>
      admin.send<{ publicKey: string; code: string }>('PUT', KEYS, body);

    it('is encrypted for the browser alone, and says by VAPID who sends', async () => {
      const { publicKey } = (await setKeys()).body;
      expect((await trader.get(`${PUSH}/key`)).body).toEqual({ publicKey });
      await subscribe();
      await happens(TrainingFinished, training());
      const told = await untilTold('training-finished');
      const [request] = await eventually(() => {
        expect(service.requests).toHaveLength(1);
        return service.requests;
      }, patient);
      expect(browser.read(request?.body ?? Buffer.alloc(0))).toMatchObject({
        id: told.id,
        kind: 'training-finished',
        title: 'Training done: Momentum',
      });
      expect(() => new PushBrowser().read(request?.body ?? Buffer.alloc(0))).toThrow();
      const headers: IncomingHttpHeaders = request?.headers ?? {};
      expect(headers).toMatchObject({ 'content-encoding': 'aes128gcm', ttl: '86400' });
      expect(headers['topic']).toMatch(/^[\w-]{32}$/);
      const [, token = '', key] =
        /^vapid t=(\S+), k=(\S+)$/.exec(headers.authorization ?? '') ?? [];
      expect(key).toBe(publicKey);
      const [, claims = ''] = token.split('.');
      expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
        aud: service.url,
        sub: 'mailto:ops@example.com',
      });
      expect(isSignedBy(publicKey, token)).toBe(true);
    });

    it('ends with the subscription when the browser has unsubscribed', async () => {
      await setKeys();
      await subscribe();
      service.answer = () => ({ status: 410 });
      await happens(TrainingFinished, training());
      const { id } = await untilTold('training-finished');
      await eventually(async () => {
        expect(await deliveries(id, 'push')).toMatchObject([
          { status: 'failed', attempts: 1, last_error: 'notifications.push_gone' },
        ]);
      }, patient);
      expect(await subscribed()).toEqual([]);
    });

    it('is tried again while the service is busy', async () => {
      await setKeys();
      await subscribe();
      let asked = 0;
      service.answer = () => ({ status: (asked += 1) === 1 ? 429 : 201 });
      await happens(TrainingFinished, training());
      await eventually(() => expect(asked).toBe(2), patient);
    });

    it('to services that never answer is two at a time, and keeps nobody’s mail waiting', async () => {
      await setKeys();
      for (let i = 1; i <= 6; i += 1) await subscribe(`/send/${i}`);
      service.answer = () => undefined;
      await happens(TrainingFinished, training());
      const { id } = await untilTold('training-finished');
      await eventually(() => expect(service.requests.length).toBeGreaterThan(1), patient);
      const other = await bourse.trader();
      await happens(TrainingFinished, training({ userId: other.user.id }));
      // A request to a push service has ten seconds.
      await eventually(() => expect(sink.mailsTo(other.user.email)).toHaveLength(1), {
        timeoutMs: 6_000,
      });
      expect(service.requests).toHaveLength(2);
      service.answer = () => ({ status: 201 });
      service.hangUp();
      // None is lost, and none was counted as tried for having waited.
      await eventually(async () => {
        const ends = (await deliveries(id, 'push')).map(
          ({ status, attempts }) => `${status} ${attempts}`,
        );
        expect(ends.sort()).toEqual([...Array(4).fill('sent 1'), 'sent 2', 'sent 2']);
      }, patient);
    });

    it('keys are made once, or given as a pair, and the private one is not shown', async () => {
      const first = (await setKeys()).body.publicKey;
      expect((await setKeys({ subject: 'https://bourse.example' })).body.publicKey).toBe(first);
      const pair = createECDH('prime256v1');
      const publicKey = pair.generateKeys('base64url');
      const privateKey = Buffer.from(pair.getPrivateKey('hex').padStart(64, '0'), 'hex').toString(
        'base64url',
      );
      const subject = 'mailto:ops@example.com';
      for (const half of [{ publicKey }, { privateKey }, { publicKey: first, privateKey }]) {
        const refused = await setKeys({ subject, ...half });
        expect(refused.body.code).toBe('system_config.private_key_required');
      }
      expect((await setKeys({ subject, publicKey, privateKey })).body).toEqual({
        configured: true,
        subject,
        publicKey,
      });
      expect((await admin.delete(KEYS)).status).toBe(204);
      expect((await trader.get(`${PUSH}/key`)).status).toBe(404);
      await subscribe();
      await happens(TrainingFinished, training());
      const { id } = await untilTold('training-finished');
      await eventually(async () => {
        expect(await deliveries(id, 'push')).toMatchObject([{ status: 'shown' }]);
      }, patient);
    });

    it('subscriptions are one a browser, ten a user, and their owner’s', async () => {
      await subscribe();
      const { id } = await subscribe();
      expect((await subscribed()).map((one) => one.id)).toEqual([id]);
      for (let i = 2; i <= 11; i += 1) await subscribe(`/send/${i}`);
      expect(await subscribed()).toHaveLength(10);
      const stranger = await bourse.trader();
      expect(await subscribed(stranger)).toEqual([]);
      const [one] = await subscribed();
      for (const wrong of [one?.id, newId(), 'x']) {
        expect((await stranger.delete(`${SUBSCRIPTIONS}/${wrong}`)).status).toBe(404);
      }
      expect((await trader.delete(`${SUBSCRIPTIONS}/${one?.id}`)).status).toBe(204);
      const good = browser.subscription(service.url);
      const odd = [
        { ...good, endpoint: 'nowhere' },
        { ...good, keys: { ...good.keys, p256dh: Buffer.alloc(65, 4).toString('base64url') } },
        { ...good, keys: { ...good.keys, auth: 'AAAA' } },
        { endpoint: good.endpoint },
      ];
      for (const body of odd) expect((await trader.post(SUBSCRIPTIONS, body)).status).toBe(400);
    });
  });
});

/** ES256, as VAPID signs (RFC 8292). */
function isSignedBy(publicKey: string, token: string): boolean {
  const point = Buffer.from(publicKey, 'base64url');
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) =>
    half.toString('base64url'),
  );
  const key = createPublicKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', x, y } });
  const [header = '', claims = '', signature = ''] = token.split('.');
  return verify(
    'sha256',
    Buffer.from(`${header}.${claims}`),
    { key, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );
}
