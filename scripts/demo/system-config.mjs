// @ts-check
/** @import { Page } from './api-shapes.js' */
/** @import { Desk } from './desk.mjs' */
import { check } from './client.mjs';

/** @typedef {{ siteName: string, supportEmail: string | null, alerts: Record<string, number> }} SystemSettings */

const SYSTEM = '/api/admin/config/system';

/** An admin changes a system setting and takes it back. @param {Desk} desk */
export async function systemConfig({ api, admin, story }) {
  const problem = await api.refused('GET', SYSTEM, [403]);
  story.tell('refusal', `the system settings are for admins: ${problem.code}`, { problem });
  if (!admin) return story.tell('config', 'the rest is left out: no --admin-password was given');

  /** @type {SystemSettings} */
  const before = await admin.get(SYSTEM);
  const figures = Object.entries(before.alerts).map(([name, value]) => `${name} ${value}`);
  story.tell('config', `${before.siteName}; alerts at ${figures.join(', ')}`, { settings: before });
  try {
    await admin.put(SYSTEM, { ...before, siteName: 'Demo Desk' });
    /** @type {SystemSettings} */
    const { siteName } = await admin.get(SYSTEM);
    check(siteName === 'Demo Desk', `the site is ${siteName} after it was renamed`);
    story.tell('config', `renamed to ${siteName}, seen at once`);
  } finally {
    await admin.put(SYSTEM, before);
  }
  /** @type {Page<{ changed: string[], changedBy: string }>} */
  const { items } = await admin.get('/api/admin/config/changes?key=system&limit=2');
  check(items.length === 2, `${items.length} changes of the settings are recorded instead of 2`);
  story.tell(
    'config',
    `recorded: ${items.map(({ changed }) => changed.join()).join(' and back ')}`,
  );
}
