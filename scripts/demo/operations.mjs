// @ts-check
/** @import { Api, Live } from './client.mjs' */
/** @import { Story } from './story.mjs' */
import { caches } from './caches.mjs';
import { check } from './client.mjs';

/**
 * @typedef {{
 *   api: Api, admin: Api | undefined, live: Live, story: Story, symbol: string,
 *   withJobs: (what: string, work: () => Promise<void>) => Promise<void>,
 * }} Desk
 */
/** @typedef {{ status: string, services: { redis: { mode: string, note: string | null } } }} Health */
/** @typedef {{ status: string, keys: { total: number } | null, hit_rate_percent: number | null }} CacheHealth */
/** @typedef {{ mode: string, note: string | null, health: { status: string, issues: string[] } }} Dashboard */
/** @typedef {{ lastMinute: { instances: number, hits: number, misses: number }, caches: object[] }} CacheFigures */
/** @typedef {{ result: { operationsPerSecond: number, commands: { get: { p50Ms: number } | null } } | null, note: string | null }} Test */
/** @typedef {{ startedAt: string, outcome: string, result: unknown } | null} LastRun */
/** @typedef {{ items: { name: string, nextRunAt: string, lastRun: LastRun }[] }} Schedules */

const RUN_MS = 15_000;
const POLL_MS = 250;

/** What operators look at: health, figures, alerts, and what runs by itself. @param {Desk} desk */
export async function operations(desk) {
  await lookAtHealth(desk);
  const { admin, story } = desk;
  if (admin === undefined) {
    story.tell('operators', 'nobody is signed in as admin: figures and schedules are left out');
    return;
  }
  await lookAtFigures(desk, admin);
  await caches(desk, admin);
  await runSchedule(desk, admin);
}

/** @param {Desk} desk */
async function lookAtHealth({ api, story }) {
  /** @type {Health} */
  const health = await api.get('/health/detailed');
  const { mode, note } = health.services.redis;
  story.tell('health', `${health.status}; Redis part: ${mode}${note ? ` (${note})` : ''}`, {
    health,
  });
  /** @type {CacheHealth} */
  const cache = await api.get('/health/cache');
  const rate = cache.hit_rate_percent;
  const keys = cache.keys === null ? 'kept in the process' : `${cache.keys.total} keys in Redis`;
  story.tell(
    'caches',
    `${keys}; hit rate of this process ${rate === null ? 'unknown' : `${rate} %`}`,
    {
      cache,
    },
  );
}

/** @param {Desk} desk @param {Api} admin */
async function lookAtFigures({ api, story, withJobs }, admin) {
  await api.refused('GET', '/api/monitoring/redis/dashboard', [403]);
  /** @type {Dashboard} */
  const dashboard = await admin.get('/api/monitoring/redis/dashboard');
  const issues = dashboard.health.issues.join(' ') || 'no issues';
  story.tell('dashboard', `${dashboard.mode}, ${dashboard.health.status}: ${issues}`, {
    dashboard,
  });
  /** @type {CacheFigures} */
  const figures = await admin.get('/api/monitoring/cache');
  const { instances, hits, misses } = figures.lastMinute;
  story.tell(
    'hit rates',
    `${figures.caches.length} caches; last minute, ${instances} process(es): ${hits} hits, ${misses} misses`,
    { figures },
  );
  /** @type {{ items: { message: string }[] }} */
  const alerts = await admin.get('/api/monitoring/alerts?state=active');
  const active = alerts.items.map(({ message }) => message).join(' ');
  story.tell('alerts', active || 'no alert is active', { alerts });

  await withJobs('figures of the queues and of Redis itself', async () => {
    /** @type {{ items: { name: string, waiting: number, completed: number }[] }} */
    const queues = await admin.get('/api/monitoring/queues');
    const text = queues.items.map(
      ({ name, waiting, completed }) => `${name} ${waiting} waiting, ${completed} done`,
    );
    story.tell('queues', text.join('; '), { queues });
    /** @type {Test} */
    const test = await admin.get('/api/monitoring/redis/performance-test?operations=50');
    const speed =
      test.result &&
      `${test.result.operationsPerSecond} commands/s one after the other, GET p50 ${test.result.commands.get?.p50Ms} ms`;
    story.tell('speed', speed ?? test.note ?? '', { test });
    /** @type {{ total: number | null, note: string | null }} */
    const clients = await admin.get('/api/monitoring/redis/clients?limit=10');
    story.tell('clients', clients.note ?? `${clients.total} connections to Redis`, { clients });
    /** @type {{ items: object[] | null, note: string | null }} */
    const slow = await admin.get('/api/monitoring/redis/slow-queries?limit=10');
    story.tell('slow', slow.note ?? `${slow.items?.length} entries in the slow log`, { slow });
  });
}

/** Runs also while Redis is away: the turn is in the database. @param {Desk} desk @param {Api} admin */
async function runSchedule({ story }, admin) {
  const name = 'monitoring.evaluate-alerts';
  const before = await lastRunOf(admin, name);
  await admin.post(`/api/admin/schedules/${name}/run`, undefined, [202, 409]);
  const deadlineMs = Date.now() + RUN_MS;
  for (;;) {
    const lastRun = await lastRunOf(admin, name);
    if (lastRun !== null && lastRun.startedAt !== before?.startedAt) {
      check(lastRun.outcome === 'succeeded', `${name} ${lastRun.outcome}`);
      story.tell('schedule', `${name} ran: ${JSON.stringify(lastRun.result)}`, { lastRun });
      return;
    }
    check(Date.now() < deadlineMs, `${name} did not run within ${RUN_MS / 1_000} s`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** @param {Api} admin @param {string} name @returns {Promise<LastRun>} */
async function lastRunOf(admin, name) {
  /** @type {Schedules} */
  const schedules = await admin.get('/api/admin/schedules');
  const schedule = schedules.items.find((item) => item.name === name);
  check(schedule, `there is no schedule ${name}`);
  return schedule.lastRun;
}
