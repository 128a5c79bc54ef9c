import type { SystemSettings } from '../../src/modules/system-config/index.js';
import type { ConfigChange } from '../../src/modules/system-config/system-config.dto.js';
import type { ApiClient, Problem } from './support/api-client.js';
import { BACKENDS } from './support/backends.js';
import { startBourse, type Bourse } from './support/bourse.js';

const DEFAULTS: SystemSettings = {
  siteName: 'Bourse',
  supportEmail: null,
  alerts: { memoryPercent: 90, hitRatePercent: 70, queueBacklog: 1_000, slowQueries: 10 },
};

describe.each(BACKENDS)('system configuration on $name', (backend) => {
  let bourse: Bourse;
  let admin: ApiClient;

  beforeAll(async () => {
    bourse = await startBourse(backend);
    admin = await bourse.admin();
  });
  afterAll(() => bourse.close());

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

    it('keep a record of who changed which of them, and none of what stayed as it was', async () => {
      const path = '/api/admin/config/changes?key=system';
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
});
