import type { Config } from '../config/config.js';
import type { AdminLogin } from '../modules/auth/index.js';
import { QUEUE_DASHBOARD_PATH } from './admin.js';
import { ADMIN_OUTBOX_PATH } from './admin-outbox.js';

/** What a person wants to know after a start. */
export function banner(
  { database, redis, role, market }: Config,
  url: string,
  admin: AdminLogin | undefined,
): string {
  const store =
    database.url === undefined ? `embedded database in ${database.dataDir}` : 'PostgreSQL';
  const drivers = redis.target === undefined ? 'in-process drivers' : 'Redis';
  const lines = [
    '',
    `  Bourse is running: ${store}, ${drivers}, ${market.provider} market, role ${role}`,
    '',
    `  API      ${url}/api`,
    `  Docs     ${url}/docs`,
    `  Live     ${url}/live (socket.io)`,
    `  Queues   ${url}${QUEUE_DASHBOARD_PATH} (admins)`,
    `  Outbox   ${url}${ADMIN_OUTBOX_PATH} (admins)`,
  ];
  if (admin) {
    const password = admin.generatedPassword ?? '(the one in ADMIN_PASSWORD)';
    lines.push(`  Admin    ${admin.email}  ${password}`);
    if (admin.generatedPassword !== undefined) lines.push('           shown this once: keep it');
  }
  if (role !== 'worker') lines.push('', '  Try it:  npm run demo');
  return `${lines.join('\n')}\n\n`;
}
