// @ts-check
/**
 * A trader's day in one run, against a running server and through its public API alone: signs up,
 * follows the live channels, trades, and checks that every part tells the same story.
 */
/** @import { Page, SignUp } from './demo/api-shapes.js' */
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { Api, DemoFailure, Live, check, until } from './demo/client.mjs';
import { Desk } from './demo/desk.mjs';
import { Story } from './demo/story.mjs';
import { aiChat } from './demo/ai-chat.mjs';
import { aiStudio } from './demo/ai-studio.mjs';
import { journal } from './demo/journal.mjs';
import { market } from './demo/market.mjs';
import { notifications } from './demo/notifications.mjs';
import { operations } from './demo/operations.mjs';
import { portfolio } from './demo/portfolio.mjs';
import { research } from './demo/research.mjs';
import { signals } from './demo/signals.mjs';
import { systemConfig } from './demo/system-config.mjs';
import { trading } from './demo/trading.mjs';
import { users } from './demo/users.mjs';

/** What the demo walks through, in this order. */
const PARTS = [
  users,
  systemConfig,
  market,
  trading,
  signals,
  portfolio,
  journal,
  research,
  aiChat,
  aiStudio,
  notifications,
  operations,
];

const HELP = `usage: npm run demo -- [options]

  --url <url>         server to talk to (default http://127.0.0.1:3000)
  --second-url <url>  server of the live socket: shows that two API processes are joined
  --symbol <symbol>   what to trade (default: the first instrument)
  --admin-email <address>, --admin-password <password>
                      also shows what admins see (default: ADMIN_EMAIL, ADMIN_PASSWORD of the
                      environment; without a password that part is left out)
  --json              one JSON object per line instead of text
  --help              this text

Exits 0 when everything went as it should, 1 at the first thing that did not.`;

/** Each wait has its own bound; this one is for all of them together. */
const WHOLE_DEMO_MS = 240_000;

/**
 * @typedef {object} Options
 * @property {string} url
 * @property {string} liveUrl
 * @property {string | undefined} symbol
 * @property {{ email: string, password: string | undefined }} adminLogin
 */

/** @param {Story} story @param {Options} options */
async function run(story, { url, liveUrl, symbol: wanted, adminLogin }) {
  const api = new Api(url);
  await api.get('/health/ready');
  story.tell('health', `${url} is ready`);

  const { token } = await signUp(api, story);
  api.token = token;
  const admin = await signInAdmin(url, adminLogin);
  /** @type {Page<{ symbol: string }>} */
  const instruments = await api.get('/api/market/instruments');
  const symbol = wanted?.toUpperCase() ?? instruments.items[0]?.symbol;
  check(symbol, 'the server has no instruments');

  const live = new Live(liveUrl, token, (message) => story.live(message));
  try {
    const desk = new Desk({ api, admin, live, story, symbol });
    const channels = ['trading.orders', 'trading.fills', `market.quote:${symbol}`];
    await desk.withJobs('the live socket', async () => {
      await live.connect();
      for (const channel of channels) await live.subscribe(channel);
      story.tell('live', `connected to ${liveUrl}, following ${channels.join(', ')}`, { channels });
    });

    for (const part of PARTS) await part(desk);

    if (!desk.disturbed) {
      const counts = channels.map((channel) => `${live.countInOrder(channel)} on ${channel}`);
      story.tell('messages', `all in order: ${counts.join(', ')}`);
    }
    await signOut(desk);
  } finally {
    live.close();
  }
}

/** @param {Api} api @param {Story} story @returns {Promise<SignUp>} */
async function signUp(api, story) {
  /** @type {SignUp} */
  // Three accounts an hour and address, unless the server was started with other RATE_LIMITS.
  const answer = await api.post('/api/auth/register', {
    email: `demo-${randomBytes(6).toString('hex')}@example.com`,
    password: randomBytes(18).toString('base64url'),
    displayName: 'Demo Trader',
  });
  story.tell('sign-up', `${answer.user.email} is a trader now`, { user: answer.user });
  return answer;
}

/** @param {string} url @param {Options['adminLogin']} login @returns {Promise<Api | undefined>} */
async function signInAdmin(url, { email, password }) {
  if (password === undefined) return undefined;
  const admin = new Api(url);
  /** @type {SignUp} */
  const { token } = await admin.post('/api/auth/login', { email, password }, [200]);
  admin.token = token;
  return admin;
}

/** @param {Desk} desk */
async function signOut(desk) {
  const { api, live, story } = desk;
  await api.post('/api/auth/logout', undefined, [204]);
  await api.refused('GET', '/api/account', [401]);
  story.tell('sign-out', 'the token opens nothing any more');
  // A socket looks at its session from time to time when nobody could tell it.
  if (!desk.disturbed) {
    await until('the end of the live socket after the logout', () => !live.connected);
    story.tell('sign-out', 'and the live socket is closed');
  }
}

/** @returns {Options & { json: boolean, help: boolean }} */
function readOptions() {
  const { values } = parseArgs({
    options: {
      url: { type: 'string', default: 'http://127.0.0.1:3000' },
      'second-url': { type: 'string' },
      symbol: { type: 'string' },
      'admin-email': {
        type: 'string',
        default: process.env['ADMIN_EMAIL'] ?? 'admin@bourse.local',
      },
      'admin-password': { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const { url, symbol, json, help } = values;
  const liveUrl = values['second-url'] ?? url;
  for (const text of [url, liveUrl]) {
    const isHttp = URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
    if (!isHttp) throw new Error(`not an HTTP URL: ${text}`);
  }
  const adminLogin = {
    email: values['admin-email'],
    password: values['admin-password'] ?? process.env['ADMIN_PASSWORD'],
  };
  return { url, liveUrl, symbol, adminLogin, json, help };
}

/** @returns {Promise<number>} the exit code */
async function main() {
  /** @type {ReturnType<typeof readOptions>} */
  let options;
  try {
    options = readOptions();
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    return 1;
  }
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  const story = new Story(options.json);
  setTimeout(() => {
    story.fail(`not done after ${WHOLE_DEMO_MS / 1_000} s`);
    process.exit(1);
  }, WHOLE_DEMO_MS).unref();
  try {
    await run(story, options);
    story.tell('done', 'every part told the same story');
    return 0;
  } catch (error) {
    if (error instanceof DemoFailure) story.fail(error.message);
    else story.fail(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return 1;
  }
}

process.exitCode = await main();
