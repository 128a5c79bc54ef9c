// @ts-check
/** @import { Page } from './api-shapes.js' */
/** @import { Desk } from './desk.mjs' */
import { check } from './client.mjs';

/** Settings and permissions; an admin looks the trader up. @param {Desk} desk */
export async function users({ api, admin, story }) {
  /** @type {{ id: string, email: string }} */
  const profile = await api.get('/api/users/me');
  /** @type {{ theme: string, timeZone: string }} */
  const settings = await api.patch('/api/users/me/settings', { theme: 'dark' });
  check(settings.theme === 'dark', `the theme is ${settings.theme} after it was set to dark`);
  story.tell('settings', `theme ${settings.theme}, times in ${settings.timeZone}`, { settings });
  /** @type {{ permissions: string[] }} */
  const { permissions } = await api.get('/api/users/me/permissions');
  story.tell('rights', `may ${permissions.join(', ')}`, { permissions });
  const problem = await api.refused('GET', '/api/admin/users', [403]);
  story.tell('refusal', `the list of users is for admins: ${problem.code}`, { problem });
  /** @type {Page<{ current: boolean }>} */
  const sessions = await api.get('/api/auth/sessions');
  story.tell('sessions', `signed in on ${sessions.items.length} device`, { sessions });

  if (!admin) return story.tell('admin', 'left out: no --admin-password was given');
  /** @type {Page<{ id: string }>} */
  const found = await admin.get(`/api/admin/users?q=${encodeURIComponent(profile.email)}`);
  check(found.items[0]?.id === profile.id, 'an admin does not find the trader');
  story.tell('admin', `an admin finds ${profile.email} among the users`);
}
