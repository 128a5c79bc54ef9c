import { sql } from 'drizzle-orm';
import { Database } from '../../src/database/index.js';
import type { ScheduleView } from '../../src/modules/maintenance/schedules/schedules.dto.js';
import { ScheduleRegistry } from '../../src/redis/index.js';
import { RedisConnections } from '../../src/redis/connection/redis-connections.js';
import { KeyBuilder } from '../../src/redis/keys/redis-key.js';
import { eventually } from '../support/eventually.js';
import type { ApiClient } from './support/api-client.js';
import { BACKENDS } from './support/backends.js';
import { startBourse, type Bourse } from './support/bourse.js';
import { LASTING_SESSIONS } from './support/settings.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const patient = { timeoutMs: 15_000 };

describe.each(BACKENDS)('maintenance on $name', (backend) => {
  const embedded = backend.name === 'embedded';
  let bourse: Bourse;
  let admin: ApiClient;

  beforeAll(async () => {
    bourse = await startBourse(backend, LASTING_SESSIONS);
    admin = await bourse.admin();
  });
  afterAll(() => bourse.close());

  const schedule = async (name: string): Promise<ScheduleView> => {
    const { status, body } = await admin.get<{ items: ScheduleView[] }>('/api/admin/schedules');
    expect(status).toBe(200);
    const found = body.items.find((item) => item.name === name);
    if (!found) throw new Error(`no schedule ${name}`);
    return found;
  };
  const run = (name: string) => admin.post(`/api/admin/schedules/${name}/run`);
  /** The record of the run that this asks for. */
  const runToEnd = async (name: string): Promise<ScheduleView['lastRun']> => {
    const before = (await schedule(name)).lastRun?.startedAt;
    // It may run at this moment, by itself.
    await eventually(async () => expect((await run(name)).status).toBe(202), patient);
    return eventually(async () => {
      const { lastRun } = await schedule(name);
      expect(lastRun).not.toBeNull();
      expect(lastRun?.startedAt).not.toBe(before);
      return lastRun;
    }, patient);
  };
  const jobs = async () => {
    const { body } = await admin.get<{
      queues: { name: string; jobs: { name: string; data: unknown; returnValue: unknown }[] }[];
    }>('/admin/queues/api/queues?activeQueue=maintenance&status=completed&page=1&jobsPerPage=50');
    return body.queues.find(({ name }) => name === 'maintenance')?.jobs ?? [];
  };

  it('lists what runs by itself, to those who may run it', async () => {
    // At the full hour it runs, and what was to come is past.
    await eventually(async () => {
      const cleaning = await schedule('maintenance.clean-queues');
      expect(cleaning).toMatchObject({ everyMs: HOUR_MS, running: false });
      expect(Date.parse(cleaning.nextRunAt) % HOUR_MS).toBe(0);
      expect(Date.parse(cleaning.nextRunAt)).toBeGreaterThan(bourse.clock.nowMs());
    }, patient);
    await schedule('monitoring.evaluate-alerts');

    const trader = await bourse.trader();
    const path = '/api/admin/schedules';
    expect((await trader.get(path)).status).toBe(403);
    expect((await trader.post(`${path}/maintenance.clean-queues/run`)).status).toBe(403);
    expect((await bourse.client().get(path)).status).toBe(401);
  });

  it('refuses to run what does not exist', async () => {
    for (const name of ['no.such', '%00', 'constructor', 'x'.repeat(90)]) {
      expect(await run(name)).toMatchObject({
        status: 404,
        body: { code: 'maintenance.unknown_schedule' },
      });
    }
  });

  it('cleans the queues in jobs of its own', async () => {
    const lastRun = await runToEnd('maintenance.clean-queues');
    expect(lastRun).toMatchObject({ outcome: 'succeeded', error: null });
    await eventually(async () => {
      const cleaned = (await jobs()).filter(({ name }) => name === 'clean-queue');
      const text = JSON.stringify(cleaned);
      expect(text).toContain('trading');
      expect(text).toContain('maintenance');
    }, patient);
  });

  it('gives keys without an end an end, and leaves all others as they are', async () => {
    if (embedded) {
      expect(await runToEnd('maintenance.sweep-caches')).toMatchObject({ outcome: 'succeeded' });
      return;
    }
    const { command } = bourse.app.get(RedisConnections);
    const keys = bourse.app.get<KeyBuilder>(KeyBuilder);
    const stale = keys.key('cache', 'general', 'left-behind');
    const living = keys.key('cache', 'general', 'living');
    await command.set(stale, 'x');
    await command.set(living, 'x', 'PX', HOUR_MS);
    const others = 'left-alone-by-the-sweep';
    await command.set(others, 'x');
    await runToEnd('maintenance.sweep-caches');
    await eventually(async () => expect(await command.pttl(stale)).toBeGreaterThan(0), patient);
    expect(await command.pttl(stale)).toBeLessThanOrEqual(60_000);
    expect(await command.pttl(living)).toBeGreaterThan(60_000);
    expect(await command.pttl(others)).toBe(-1);
    await command.del(others);
  });

  it('runs what falls due, once for all times that were missed', async () => {
    const before = await schedule('maintenance.clean-queues');
    // To a minute past a full hour: the next one is far away.
    bourse.clock.advance(5 * HOUR_MS + MINUTE_MS - (bourse.clock.nowMs() % HOUR_MS));
    const lastRun = await eventually(async () => {
      const { lastRun } = await schedule('maintenance.clean-queues');
      expect(lastRun).not.toBeNull();
      expect(lastRun?.startedAt).not.toBe(before.lastRun?.startedAt);
      return lastRun;
    }, patient);
    await runToEnd('monitoring.evaluate-alerts');
    expect((await schedule('maintenance.clean-queues')).lastRun).toEqual(lastRun);
  });

  it('does not run twice at once, records what fails, and goes on', async () => {
    let finish: (error?: Error) => void = () => undefined;
    const gate = new Promise<void>((resolve, reject) => {
      finish = (error) => (error ? reject(error) : resolve());
    });
    let runs = 0;
    bourse.app
      .get(ScheduleRegistry)
      .register({ name: 'test.gated', description: 'Waits.', everyMs: HOUR_MS }, async () => {
        runs += 1;
        if (runs === 1) await gate;
        return { note: 'NUL \0 and half a pair \ud800 are left out' };
      });
    expect((await run('test.gated')).status).toBe(202);
    expect(await run('test.gated')).toMatchObject({
      status: 409,
      body: { code: 'maintenance.already_running' },
    });
    await eventually(
      async () => expect((await schedule('test.gated')).running).toBe(true),
      patient,
    );
    expect((await run('test.gated')).status).toBe(409);
    finish(new Error('on purpose \0'));
    await eventually(async () => {
      expect(await schedule('test.gated')).toMatchObject({
        running: false,
        lastRun: { outcome: 'failed', error: 'Error: on purpose ', result: null },
      });
    }, patient);
    expect(await runToEnd('test.gated')).toMatchObject({
      outcome: 'succeeded',
      error: null,
      result: { note: 'NUL  and half a pair  are left out' },
    });
    expect(runs).toBe(2);
  });

  it('comes back when its row is gone, and runs when it is due', async () => {
    const { sql: database } = bourse.app.get(Database);
    await database.execute(sql`delete from schedule_runs`);
    await eventually(async () => {
      const rows = await database.execute(sql`select name from schedule_runs`);
      const names = (rows as { rows: { name: string }[] }).rows.map(({ name }) => name).sort();
      expect(names).toEqual(
        bourse.app
          .get(ScheduleRegistry)
          .schedules.map(({ name }) => name)
          .sort(),
      );
    }, patient);
    bourse.clock.advance(HOUR_MS);
    await eventually(async () => {
      const { lastRun } = await schedule('maintenance.clean-queues');
      expect(lastRun).toMatchObject({ outcome: 'succeeded' });
    }, patient);
  });

  it('forgets sessions that have ended, and no others', async () => {
    const gone = await bourse.trader();
    const { sql: database } = bourse.app.get(Database);
    const sessionsOf = async ({ user }: ApiClient) => {
      const rows = await database.execute(sql`select id from sessions where user_id = ${user.id}`);
      return (rows as { rows: unknown[] }).rows.length;
    };
    const past = new Date(bourse.clock.nowMs() - 1_000).toISOString();
    await database.execute(
      sql`update sessions set expires_at = ${past} where user_id = ${gone.user.id}`,
    );
    expect(await runToEnd('sessions.sweep')).toMatchObject({
      outcome: 'succeeded',
      result: { swept: expect.any(Number) as number },
    });
    expect([await sessionsOf(gone), await sessionsOf(admin)]).toEqual([0, 1]);
  });

  it('forgets where nobody has signed in for a year, but never the last place of a user', async () => {
    const [gone, here] = [await bourse.trader(), await bourse.trader()];
    const { sql: database } = bourse.app.get(Database);
    const longAgo = new Date(bourse.clock.nowMs() - 366 * 24 * HOUR_MS).toISOString();
    await database.execute(sql`
      update sign_in_places set used_at = ${longAgo} where user_id = ${gone.user.id}`);
    await database.execute(sql`
      insert into sign_in_places (user_id, place_hash, used_at)
      select id, 'old-' || n, ${longAgo}::timestamptz - interval '1 day'
      from users, generate_series(1, 2) as n where id in (${gone.user.id}, ${here.user.id})`);
    expect(await runToEnd('sessions.sweep')).toMatchObject({ outcome: 'succeeded' });
    const left = await database.execute(sql`
      select user_id, place_hash like 'old-%' as old from sign_in_places
      where user_id in (${gone.user.id}, ${here.user.id})`);
    expect((left as { rows: unknown[] }).rows).toHaveLength(2);
    expect((left as { rows: unknown[] }).rows).toEqual(
      expect.arrayContaining([
        { user_id: gone.user.id, old: false },
        { user_id: here.user.id, old: false },
      ]),
    );
  });

  it('takes over a run whose instance died', async () => {
    const before = await runToEnd('test.gated');
    const { sql: database } = bourse.app.get(Database);
    await database.execute(
      sql`update schedule_runs set running_since = now(), running_on = 'gone/1', leased_until = now() - interval '1 s' where name = 'test.gated'`,
    );
    await eventually(async () => {
      const { lastRun } = await schedule('test.gated');
      expect(lastRun?.startedAt).not.toBe(before?.startedAt);
      expect(lastRun?.instance).not.toContain('gone');
    }, patient);
  });
});

describe('schedules of two processes', () => {
  it('run each due time in one of them', async () => {
    const [, kind] = BACKENDS;
    if (kind === undefined) throw new Error('no backend that two can share');
    const backend = await kind.create();
    const { startOn } = await import('./support/bourse.js');
    const fleet = [await startOn(backend), await startOn(backend)];
    let runs = 0;
    for (const { app } of fleet) {
      app
        .get(ScheduleRegistry)
        .register(
          { name: 'test.counted', description: 'Counts.', everyMs: 1_000 },
          async () => (runs += 1),
        );
    }
    const slot = () => Math.floor(Date.now() / 1_000);
    // Each looks once a second: some due times are skipped, none is run for twice.
    await eventually(() => expect(runs).toBeGreaterThan(0), patient);
    const first = { runs, slot: slot() };
    await eventually(() => {
      expect(slot() - first.slot).toBeGreaterThanOrEqual(4);
      expect(runs - first.runs).toBeGreaterThanOrEqual(2);
    }, patient);
    // One of a slot before may still have been about to run.
    expect(runs - first.runs).toBeLessThanOrEqual(slot() - first.slot + 2);
    for (const { close } of fleet) await close();
    await backend.remove();
  }, 40_000);
});
