// @ts-check
/** @import { Order, Page } from './api-shapes.js' */
/** @import { Desk } from './desk.mjs' */
/** @import { AddressInfo } from 'node:net' */
import { SMTPServer } from 'smtp-server';
import { check, until } from './client.mjs';

/** @typedef {{ id: string, kind: string, title: string, readAt: string | null, data: Record<string, unknown> }} Notification */
/** @typedef {Page<Notification> & { unreadCount: number }} NotificationPage */
/** @typedef {{ to: string[], text: string }} Mail */

const PATH = '/api/notifications';
const EMAIL = '/api/admin/config/email';
const LOGIN = { user: 'bourse', password: 'only-for-this-demo' };
const MAX_MAIL_BYTES = 100_000;

/** A fill is told in the list and by mail; then what to do with news. @param {Desk} desk */
export async function notifications(desk) {
  await withMailServer(desk, async (mails) => {
    /** @type {{ email: string }} */
    const { email } = await desk.api.get('/api/users/me');
    const terms = { symbol: desk.symbol, side: 'buy', type: 'market', quantity: '1' };
    /** @type {Order} */
    const { id } = await desk.api.post('/api/orders', terms);
    await desk.withJobs('the news of the fill', async () => {
      const told = await until(`the notification of order ${id}`, () => findTold(desk, id));
      desk.story.tell('news', `${told.title} (${told.kind})`, { notification: told });
      if (!mails) return;
      const mail = await until(`the mail of order ${id}`, () =>
        mails.find(({ to, text }) => to.includes(email) && text.includes(told.title)),
      );
      desk.story.tell('mail', `the same by mail to ${mail.to.join()}`);
    });
  });
  await readNews(desk);
  await choosePreferences(desk);
}

/** @param {Desk} desk @param {string} orderId */
async function findTold({ api }, orderId) {
  /** @type {NotificationPage} */
  const { items } = await api.get(PATH);
  return items.find(({ data }) => data['orderId'] === orderId);
}

/** @param {Desk} desk */
async function readNews({ api, story }) {
  /** @type {NotificationPage} */
  const { items, unreadCount } = await api.get(`${PATH}?unread=true`);
  const [newest] = items;
  if (newest) {
    /** @type {Notification} */
    const read = await api.post(`${PATH}/${newest.id}/read`, undefined, [200]);
    check(read.readAt !== null, 'a notification is unread after it was read');
  }
  await api.post(`${PATH}/read-all`, undefined, [200]);
  /** @type {NotificationPage} */
  const after = await api.get(PATH);
  const unread = after.items.filter(({ id, readAt }) => readAt === null && isAmong(items, id));
  check(unread.length === 0, `${unread.length} are unread after all were read`);
  story.tell('news', `${unreadCount} unread, then all read`);
}

/** @param {readonly Notification[]} items @param {string} id */
const isAmong = (items, id) => items.some((item) => item.id === id);

/** @param {Desk} desk */
async function choosePreferences({ api, story }) {
  /** @type {Record<string, { inApp: boolean, email: boolean }>} */
  const preferences = await api.put(`${PATH}/preferences`, { 'order-filled': { email: false } });
  const fill = preferences['order-filled'];
  check(fill?.inApp === true && fill.email === false, 'the preferences are not as they were set');
  story.tell('news', 'no mail of fills from now on', { preferences });
  const problem = await api.refused('PUT', `${PATH}/preferences`, [400], {
    'order-filled': { pigeon: true },
  });
  story.tell('refusal', `by pigeon: ${problem.code}`, { problem });
}

/**
 * Has Bourse send its mail to a server inside the demo, when an admin is there and no other is set, and takes
 * the setting back afterwards. `part` gets what arrives.
 * @param {Desk} desk @param {(mails: readonly Mail[] | undefined) => Promise<void>} part
 */
async function withMailServer({ admin, story }, part) {
  if (!admin) {
    story.tell('mail', 'left out: no --admin-password was given');
    return part(undefined);
  }
  /** @type {{ configured: boolean }} */
  const { configured } = await admin.get(EMAIL);
  if (configured) {
    story.tell('mail', 'left out: a mail server is set, and the demo leaves it alone');
    return part(undefined);
  }
  const { mails, port, stop } = await startMailServer();
  try {
    await admin.put(EMAIL, {
      host: '127.0.0.1',
      port,
      security: 'none',
      ...LOGIN,
      fromName: 'Bourse Demo',
      fromAddress: 'bourse@example.com',
    });
    const stored = await admin.get(EMAIL);
    check(!JSON.stringify(stored).includes(LOGIN.password), 'the password is shown');
    story.tell('mail', 'a mail server is set; its password is sealed and not shown', { stored });
    const test = { to: 'operator@example.com' };
    const answer = await admin.post(`${EMAIL}/test`, test, [200, 503]);
    const arrived = mails.some(({ to }) => to.includes(test.to));
    if (arrived) story.tell('mail', `a test mail to ${test.to} arrived`, { answer });
    else story.tell('mail', 'a test mail does not reach the demo: the server runs elsewhere');
    await part(arrived ? mails : undefined);
  } finally {
    await admin.delete(EMAIL);
    await stop();
  }
}

async function startMailServer() {
  /** @type {Mail[]} */
  const mails = [];
  const server = new SMTPServer({
    logger: false,
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    size: MAX_MAIL_BYTES,
    disableReverseLookup: true,
    closeTimeout: 100,
    onAuth: ({ username, password }, _, done) => {
      const known = username === LOGIN.user && password === LOGIN.password;
      if (known) done(null, { user: username });
      else done(new Error('wrong user or password'));
    },
    onData: (stream, { envelope }, done) => {
      let text = '';
      stream.on('data', (/** @type {Buffer} */ chunk) => (text += chunk.toString()));
      stream.on('end', () => {
        mails.push({ to: envelope.rcptTo.map(({ address }) => address), text });
        done();
      });
    },
  });
  // A client that hangs up is no failure of the demo.
  server.on('error', () => undefined);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {AddressInfo} */ (server.server.address());
  const stop = () => new Promise((resolve) => server.close(() => resolve(undefined)));
  return { mails, port, stop };
}
