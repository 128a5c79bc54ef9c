import { createServer, type AddressInfo } from 'node:net';
import { sql, type SQL } from 'drizzle-orm';
import { Database } from '../../src/database/index.js';
import type { SystemSettings } from '../../src/modules/system-config/index.js';
import type { ConfigChange } from '../../src/modules/system-config/system-config.dto.js';
import { Caches } from '../../src/redis/index.js';
import { freePort } from '../support/servers/server-process.mjs';
import { SmtpSink } from '../support/smtp-sink.js';
import type { ApiClient, Problem } from './support/api-client.js';
import { SERVERS } from './support/backends.js';
import { startBourse, type Bourse } from './support/bourse.js';

const DEFAULTS: SystemSettings = {
  siteName: 'Bourse',
  supportEmail: null,
  alerts: { memoryPercent: 90, hitRatePercent: 70, queueBacklog: 1_000, slowQueries: 10 },
};

describe.each(SERVERS)('system configuration on $name', (backend) => {
  let bourse: Bourse;
  let admin: ApiClient;

  beforeAll(async () => {
    bourse = await startBourse(backend);
    admin = await bourse.admin();
  });
  afterAll(() => bourse.close());

  const execute = async (query: SQL) => {
    const answer: unknown = await bourse.app.get(Database).sql.execute(query);
    return (answer as { rows: Record<string, string>[] }).rows;
  };
  const put = <Body = unknown>(path: string, body: unknown, by = admin) =>
    by.send<Body>('PUT', path, body);

  describe('system settings', () => {
    const PATH = '/api/admin/config/system';

    it('hold their defaults until an administrator sets them', async () => {
      expect(await admin.get(PATH)).toMatchObject({ status: 200, body: DEFAULTS });
    });

    it('show a change at once, and take the default of what is left out', async () => {
      const change = { siteName: 'Corner Desk', alerts: { queueBacklog: 50 } };
      const changed = {
        ...DEFAULTS,
        siteName: 'Corner Desk',
        alerts: { ...DEFAULTS.alerts, queueBacklog: 50 },
      };
      expect(await put(PATH, change)).toMatchObject({ status: 200, body: changed });
      expect((await admin.get(PATH)).body).toEqual(changed);
      expect((await put(PATH, {})).body).toEqual(DEFAULTS);
      expect((await admin.get(PATH)).body).toEqual(DEFAULTS);
    });

    it('are computed once, until a change', async () => {
      await put(PATH, { siteName: 'Cached' });
      await admin.get(PATH);
      await execute(sql`update system_config set value = '{}' where key = 'system'`);
      expect((await admin.get(PATH)).body).toMatchObject({ siteName: 'Cached' });
      await put(PATH, { siteName: 'Changed' });
      expect((await admin.get(PATH)).body).toMatchObject({ siteName: 'Changed' });
    });

    it('survive what another version stored beside them', async () => {
      await put(PATH, { siteName: 'Newer' });
      await execute(
        sql`update system_config set value = value || '{"later": 1}' where key = 'system'`,
      );
      await bourse.app.get(Caches).invalidateTags(['config:system']);
      expect((await admin.get(PATH)).body).toEqual({ ...DEFAULTS, siteName: 'Newer' });
    });

    it('keep a record of who changed which of them, and none of what stayed as it was', async () => {
      const path = '/api/admin/config/changes?key=system';
      await put(PATH, {});
      await put(PATH, { alerts: { slowQueries: 3 } });
      await put(PATH, { alerts: { slowQueries: 3 } });
      await put(PATH, { siteName: 'Two' });
      const { body } = await admin.get<{ items: ConfigChange[]; nextCursor: string }>(
        `${path}&limit=2`,
      );
      expect(body.items.map(({ changed }) => changed)).toEqual([
        ['siteName', 'alerts.slowQueries'],
        ['alerts.slowQueries'],
      ]);
      expect(new Set(body.items.map(({ changedBy }) => changedBy))).toEqual(
        new Set([admin.user.id]),
      );
      const older = await admin.get<{ items: ConfigChange[] }>(`${path}&cursor=${body.nextCursor}`);
      expect(older.body.items.length).toBeGreaterThan(0);
    });

    it.each([
      ['no object', []],
      ['an unknown setting', { registrationOpen: true }],
      ['a name of two lines', { siteName: 'Bourse\r\nBcc: all@example.com' }],
      ['a name with a NUL', { siteName: 'a\0b' }],
      ['a name with half a character', { siteName: 'a\ud800b' }],
      ['a share above 100 %', { alerts: { memoryPercent: 101 } }],
      ['text for a figure', { alerts: { queueBacklog: '10' } }],
      ['no figure', { alerts: { slowQueries: null } }],
      ['no address', { supportEmail: 'nobody' }],
    ])('refuse %s and stay as they are', async (_, body) => {
      const before = (await admin.get(PATH)).body;
      expect(await put<Problem>(PATH, body)).toMatchObject({
        status: 400,
        body: { code: 'request.invalid' },
      });
      expect((await admin.get(PATH)).body).toEqual(before);
    });
  });

  describe('mail settings', () => {
    const PATH = '/api/admin/config/email';
    const PASSWORD = 'correct horse "battery" stäple';
    const LOGIN = { user: 'bourse@example.com', password: PASSWORD };
    let sink: SmtpSink;

    const settings = (overrides: Record<string, unknown> = {}) => ({
      host: '127.0.0.1',
      port: sink.port,
      security: 'none',
      user: LOGIN.user,
      fromName: 'Bourse',
      fromAddress: 'bourse@example.com',
      timeoutMs: 2_000,
      ...overrides,
    });
    const save = async (body: unknown) => {
      const answer = await put<Record<string, unknown>>(PATH, body);
      expect(answer.status).toBe(200);
      return answer.body;
    };
    const sendTest = <Body = Problem>(to = 'somebody@example.com') =>
      admin.post<Body>(`${PATH}/test`, { to });

    beforeAll(async () => {
      sink = await SmtpSink.start({ login: LOGIN });
    });
    afterAll(() => sink.stop());
    beforeEach(async () => {
      sink.mails.length = 0;
      sink.stalls = false;
      sink.replyTo = () => 250;
      await admin.delete(PATH);
    });

    it('are none at first: that is answered, remembered, and refuses a test mail', async () => {
      const none = { status: 200, body: { configured: false, passwordSet: false } };
      expect(await admin.get(PATH)).toMatchObject(none);
      await execute(
        sql`insert into system_config (key, value, updated_by, updated_at) values ('email', '{"host": "unseen", "port": 25, "fromAddress": "a@example.com"}', ${admin.user.id}, now())`,
      );
      expect(await admin.get(PATH)).toMatchObject(none);
      await execute(sql`delete from system_config where key = 'email'`);
      expect(await sendTest()).toMatchObject({
        status: 422,
        body: { code: 'system_config.email_not_configured' },
      });
    });

    it('show a change at once, also over a remembered "none", and never the password', async () => {
      await admin.get(PATH);
      const { body } = await put<Record<string, unknown>>(PATH, settings({ password: PASSWORD }));
      const shown = { ...settings(), configured: true, passwordSet: true };
      expect(body).toEqual(shown);
      expect((await admin.get(PATH)).body).toEqual(shown);
      expect(bourse.logs.map((line) => JSON.stringify(line)).join('\n')).not.toContain('battery');
    });

    it('send a real mail, signed in with the stored password', async () => {
      await save(settings({ password: PASSWORD, fromName: 'Corner "Desk", Ltd.' }));
      const answer = await sendTest<{ messageId: string }>();
      expect(answer.status).toBe(200);
      expect(sink.mails).toMatchObject([
        { from: 'bourse@example.com', to: ['somebody@example.com'], user: LOGIN.user },
      ]);
      const [mail] = sink.mails;
      expect(mail?.headers).toContain(`Message-ID: ${answer.body.messageId}`);
      expect(mail?.headers).toContain('From: "Corner \\"Desk\\", Ltd." <bourse@example.com>');
      expect(mail?.body).toContain('They work.');
    });

    it('keep the password that is not given again, and drop it for null', async () => {
      await save(settings({ password: PASSWORD }));
      expect(await save(settings({ timeoutMs: 3_000 }))).toMatchObject({ passwordSet: true });
      expect((await sendTest()).status).toBe(200);
      expect(await save(settings({ password: null }))).toMatchObject({ passwordSet: false });
      expect(await sendTest()).toMatchObject({
        status: 422,
        body: { code: 'system_config.email_login_refused', details: { smtpStatus: 530 } },
      });
    });

    it.each([{ host: '127.0.0.2' }, { port: 2_525 }, { user: 'someone@example.com' }])(
      'never send the stored password elsewhere: not after a change to %j',
      async (change) => {
        await save(settings({ password: PASSWORD }));
        expect(await put<Problem>(PATH, settings(change))).toMatchObject({
          status: 422,
          body: { code: 'system_config.password_required' },
        });
        await save(settings({ ...change, password: null }));
      },
    );

    it('hold the password sealed, where nobody finds it', async () => {
      await save(settings({ password: PASSWORD }));
      const rows = await execute(
        sql`select sealed, value::text as value, (select string_agg(o::text, '') from outbox o) as outbox, (select string_agg(a::text, '') from config_audit a) as audit from system_config where key = 'email'`,
      );
      expect(rows[0]?.['sealed']).toMatch(/^dev\./);
      expect(JSON.stringify(rows)).not.toContain('battery');
    });

    it('record that the password changed, and when settings are removed', async () => {
      await save(settings({ password: PASSWORD }));
      await save(settings({ password: 'another' }));
      expect((await admin.delete(PATH)).status).toBe(204);
      expect((await admin.delete(PATH)).status).toBe(204);
      const { body } = await admin.get<{ items: ConfigChange[] }>(
        '/api/admin/config/changes?key=email&limit=3',
      );
      const [removed, changed, made] = body.items.map(({ changed: names }) => names);
      expect(removed).toContain('host');
      expect(changed).toEqual(['password']);
      expect(made).toEqual(expect.arrayContaining(['host', 'port', 'password']));
    });

    it('tell a wrong password from a refused recipient and a busy server', async () => {
      await save(settings({ password: 'wrong' }));
      const refused = await sendTest();
      expect(refused).toMatchObject({
        status: 422,
        body: { code: 'system_config.email_login_refused', details: { smtpStatus: 535 } },
      });
      await save(settings({ password: PASSWORD }));
      sink.replyTo = () => 550;
      expect(await sendTest()).toMatchObject({
        status: 422,
        body: { code: 'system_config.email_recipient_refused', details: { smtpStatus: 550 } },
      });
      sink.replyTo = () => 451;
      expect(await sendTest()).toMatchObject({
        status: 503,
        body: { code: 'system_config.email_deferred' },
      });
      expect(sink.mails).toEqual([]);
    });

    it('do not wait longer than they say for a server that does not answer', async () => {
      await save(settings({ password: PASSWORD, timeoutMs: 500 }));
      sink.stalls = true;
      const startedAt = performance.now();
      expect(await sendTest()).toMatchObject({
        status: 503,
        body: { code: 'system_config.email_timeout' },
      });
      expect(performance.now() - startedAt).toBeLessThan(3_000);
    });

    it('do not wait longer either for a server that says something again and again', async () => {
      const dripping = createServer((socket) => {
        const drip = setInterval(() => socket.write('250-WAIT\r\n'), 50);
        socket.on('error', () => undefined).on('close', () => clearInterval(drip));
        socket.write('220 ready\r\n');
      });
      await new Promise<void>((resolve) => dripping.listen(0, '127.0.0.1', resolve));
      try {
        const { port } = dripping.address() as AddressInfo;
        await save(settings({ port, timeoutMs: 500 }));
        const startedAt = performance.now();
        expect(await sendTest()).toMatchObject({
          status: 503,
          body: { code: 'system_config.email_timeout' },
        });
        expect(performance.now() - startedAt).toBeLessThan(3_000);
      } finally {
        await new Promise((resolve) => dripping.close(resolve));
      }
    });

    it('tell a server that is away', async () => {
      await save(settings({ port: await freePort() }));
      expect(await sendTest()).toMatchObject({
        status: 503,
        body: { code: 'system_config.email_unreachable' },
      });
    });

    it('send nothing, and no password, to a server whose certificate nobody trusts', async () => {
      const stranger = await SmtpSink.start({ login: LOGIN, startTls: true });
      try {
        const secure = { port: stranger.port, password: PASSWORD };
        for (const security of ['starttls', 'tls']) {
          await save(settings({ ...secure, security }));
          expect(await sendTest()).toMatchObject({
            status: 422,
            body: { code: 'system_config.email_tls_failed' },
          });
        }
        expect(stranger.mails).toEqual([]);
      } finally {
        await stranger.stop();
      }
    });

    it.each([
      ['no host', { host: '' }],
      ['a host with a line end', { host: 'a\r\nb' }],
      ['a port that is none', { port: 70_000 }],
      ['an unknown security', { security: 'some' }],
      ['a sender of two lines', { fromName: 'A\nBcc: b@example.com' }],
      ['a sender address that is none', { fromAddress: 'a@b@c' }],
      ['no time at all', { timeoutMs: 0 }],
      ['an empty password', { password: '' }],
      ['a password with a NUL', { password: 'a\0' }],
      ['a setting nobody knows', { passwordSet: true }],
    ])('refuse %s and stay as they are', async (_, wrong) => {
      expect(await put<Problem>(PATH, settings(wrong))).toMatchObject({
        status: 400,
        body: { code: 'request.invalid' },
      });
      expect((await admin.get(PATH)).body).toMatchObject({ configured: false });
    });

    it.each([{}, { to: 'nobody' }, { to: ['a@example.com'] }, { to: 'a@example.com\r\nb' }])(
      'refuse a test mail to %j',
      async (body) => {
        expect((await admin.post(`${PATH}/test`, body)).status).toBe(400);
      },
    );
  });

  it('is for administrators alone', async () => {
    const trader = await bourse.trader();
    const routes: [string, string][] = [
      ['GET', 'email'],
      ['PUT', 'email'],
      ['DELETE', 'email'],
      ['POST', 'email/test'],
      ['GET', 'system'],
      ['PUT', 'system'],
      ['GET', 'changes'],
    ];
    for (const [method, path] of routes) {
      const url = `/api/admin/config/${path}`;
      expect((await trader.send(method, url, method === 'GET' ? undefined : {})).status).toBe(403);
      const nobody = await bourse.client().send(method, url, method === 'GET' ? undefined : {});
      expect(nobody.status).toBe(401);
    }
  });
});
