import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ChatAnswer, Quota } from '../../src/modules/ai-chat/ai-chat.dto.js';
import { nextDayMs } from '../../src/modules/ai-chat/quota/quota-day.js';
import { eventually } from '../support/eventually.js';
import { newTrader, type ApiClient, type Problem } from './support/api-client.js';
import { SERVERS } from './support/backends.js';
import { startBourse, type Bourse } from './support/bourse.js';

const QUOTA = 4;
const API_KEY = 'sk-of-nobody-in-particular';

const quotaOf = async (client: ApiClient) => (await client.get<Quota>('/api/ai/quota')).body;
const usedBy = async (client: ApiClient) => (await quotaOf(client)).used;
const ask = (client: ApiClient, prompt: string, more: object = {}) =>
  client.post<ChatAnswer>('/api/ai/chat', { prompt, ...more });
const refused = (client: ApiClient, body: unknown) => client.post<Problem>('/api/ai/chat', body);

describe.each(SERVERS)('chat with the offline analyst on $name', (backend) => {
  let bourse: Bourse;
  beforeAll(async () => {
    bourse = await startBourse(backend, { AI_DAILY_QUOTA: String(QUOTA) });
  });
  afterAll(() => bourse.close());

  it('answers from the account and the live quotes, and says what it is and what it used', async () => {
    const trader = await bourse.trader();
    const { status, body } = await ask(trader, 'How much cash do I have, and what is $V at?', {
      symbol: 'aapl',
      context: { symbols: ['KO'] },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      model: 'offline-analyst',
      offline: true,
      cached: false,
      symbols: ['AAPL', 'KO', 'V'],
    });
    expect(body.answer).toMatch(/^Offline analyst/);
    expect(body.answer).toContain('You have 100000 USD in cash.');
    const last = body.figures.find(({ name }) => name === 'AAPL.last');
    expect(last).toMatchObject({ source: 'simulated', unit: 'USD' });
    expect(body.answer).toContain(`AAPL: last ${last?.value} USD`);
  });

  it('answers the same question from the cache, which costs nothing', async () => {
    const trader = await bourse.trader();
    const first = (await ask(trader, 'What about KO?')).body;
    expect(await usedBy(trader)).toBe(1);
    const second = (await ask(trader, '  What about KO?\n')).body;
    expect(second).toEqual({ ...first, cached: true });
    expect(await usedBy(trader)).toBe(1);
  });

  it('has nobody else share an answer', async () => {
    const [one, other] = [await bourse.trader(), await bourse.trader()];
    await ask(one, 'What about MSFT?');
    expect((await ask(other, 'What about MSFT?')).body.cached).toBe(false);
    expect([await usedBy(one), await usedBy(other)]).toEqual([1, 1]);
  });

  it('counts the same question asked five times at once as one', async () => {
    const trader = await bourse.trader();
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => ask(trader, 'My portfolio, please')),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(answers.filter(({ body }) => !body.cached)).toHaveLength(1);
    expect(new Set(answers.map(({ body }) => body.asOf)).size).toBe(1);
    expect(await usedBy(trader)).toBe(1);
  });

  it('forgets an answer about an account that has changed since', async () => {
    const trader = await bourse.trader();
    const before = (await ask(trader, 'What do I hold?')).body;
    expect(before.answer).toContain('You hold no position.');
    const order = { symbol: 'KO', side: 'buy', type: 'market', quantity: '3' };
    expect((await trader.post('/api/orders', order)).status).toBe(201);
    await eventually(async () => {
      const positions = await trader.get<{ items: unknown[] }>('/api/positions');
      expect(positions.body.items).toHaveLength(1);
    });
    const after = (await ask(trader, 'What do I hold?')).body;
    expect(after.cached).toBe(false);
    expect(after.answer).toContain('You hold 3 KO worth');
  });

  it('does not see the account of who does not want it', async () => {
    const trader = await bourse.trader();
    const { body } = await ask(trader, 'How much cash do I have?', {
      context: { portfolio: false },
    });
    expect(body.answer).not.toContain('100000');
    expect(body.figures).toEqual([]);
  });

  it('never answers more questions than the quota, however many are asked at once', async () => {
    const trader = await bourse.trader();
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, i) => ask(trader, `Question number ${i}`)),
    );
    const tally = answers.map(({ status }) => status).sort();
    expect(tally).toEqual([...Array<number>(QUOTA).fill(200), ...Array<number>(8).fill(429)]);
    expect(await quotaOf(trader)).toMatchObject({ limit: QUOTA, used: QUOTA, remaining: 0 });
  });

  it('says when a used-up quota begins again, keeps answering what it has answered, and begins again then', async () => {
    const trader = await bourse.trader();
    for (let i = 0; i < QUOTA; i += 1) expect((await ask(trader, `Again ${i}`)).status).toBe(200);
    const { status, headers, body } = await refused(trader, { prompt: 'One more' });
    const resetAt = nextDayMs(bourse.clock.nowMs());
    expect({ status, code: body.code }).toEqual({ status: 429, code: 'ai.quota_exceeded' });
    expect(body.details).toMatchObject({ limit: QUOTA, resetAt: new Date(resetAt).toISOString() });
    const waitS = (resetAt - bourse.clock.nowMs()) / 1_000;
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(waitS - 5);
    expect(Number(headers.get('retry-after'))).toBeLessThan(waitS + 5);
    expect((await ask(trader, 'Again 0')).body.cached).toBe(true);
    expect((await quotaOf(trader)).resetAt).toBe(new Date(resetAt).toISOString());
  });

  it.each([
    ['no prompt', {}, 400, 'request.invalid'],
    ['a blank prompt', { prompt: ' \n ' }, 400, 'request.invalid'],
    ['a prompt that is a number', { prompt: 7 }, 400, 'request.invalid'],
    ['a prompt that ends a C string', { prompt: 'a\u0000b' }, 400, 'request.invalid'],
    ['half a character', { prompt: 'a\ud800b' }, 400, 'request.invalid'],
    ['a field of its own', { prompt: 'x', model: 'best' }, 400, 'request.invalid'],
    ['a symbol that is none', { prompt: 'x', symbol: '../x' }, 400, 'request.invalid'],
    [
      'too many symbols',
      { prompt: 'x', context: { symbols: Array<string>(11).fill('KO') } },
      400,
      'request.invalid',
    ],
    ['an unknown symbol', { prompt: 'x', symbol: 'NOSUCH' }, 422, 'ai.unknown_symbol'],
    ['a long prompt', { prompt: 'x'.repeat(4_001) }, 400, 'ai.prompt_too_long'],
    ['a prompt of 1 MB', { prompt: 'x'.repeat(1_000_000) }, 413, 'request.too_large'],
  ])('refuses %s and counts nothing', async (_, body, status, code) => {
    const trader = await bourse.trader();
    const answer = await refused(trader, body);
    expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code });
    expect(await usedBy(trader)).toBe(0);
  });

  it('answers a prompt of exactly the longest length', async () => {
    expect((await ask(await bourse.trader(), 'é'.repeat(4_000))).status).toBe(200);
  });

  it('serves nobody who is not signed in', async () => {
    expect((await refused(bourse.client(), { prompt: 'x' })).status).toBe(401);
    expect((await bourse.client().get('/api/ai/quota')).status).toBe(401);
  });

  // Last: it moves the clock of all.
  it('starts a new day with a new quota', async () => {
    const account = newTrader();
    const trader = bourse.client();
    expect((await trader.post('/api/auth/register', account)).status).toBe(201);
    await trader.login(account);
    await ask(trader, 'Before midnight');
    expect(await usedBy(trader)).toBe(1);
    bourse.clock.advance(nextDayMs(bourse.clock.nowMs()) - bourse.clock.nowMs());
    // The session ended with the jump.
    await trader.login(account);
    expect(await quotaOf(trader)).toMatchObject({ used: 0, remaining: QUOTA });
    expect((await ask(trader, 'After midnight')).status).toBe(200);
    expect(await usedBy(trader)).toBe(1);
  });
});

// What the model does is the same whatever stands behind: one backend will do.
describe.each(SERVERS)('chat with a language model on $name', (backend) => {
  let bourse: Bourse;
  let model: Server;
  let calls: string[];
  let behave: (response: ServerResponse) => void;

  const completion = (content: string) => JSON.stringify({ choices: [{ message: { content } }] });

  beforeAll(async () => {
    model = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        calls.push(body);
        behave(response);
      });
    });
    await new Promise<void>((resolve) => model.listen(0, '127.0.0.1', resolve));
    bourse = await startBourse(backend, {
      AI_BASE_URL: `http://127.0.0.1:${(model.address() as AddressInfo).port}/v1`,
      AI_API_KEY: API_KEY,
      AI_MODEL: 'stub-1',
      AI_TIMEOUT_MS: '500',
      AI_DAILY_QUOTA: '2',
    });
  });
  beforeEach(() => {
    calls = [];
    behave = (response) => void response.end(completion('Patience.'));
  });
  afterAll(async () => {
    await bourse.close();
    model.closeAllConnections();
    await new Promise((resolve) => model.close(resolve));
  });

  it('passes on its answer, and the figures it was given', async () => {
    const trader = await bourse.trader();
    const { body } = await ask(trader, 'What about KO?');
    expect(body).toMatchObject({
      answer: 'Patience.',
      model: 'stub-1',
      offline: false,
      cached: false,
    });
    expect(body.figures.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['equity', 'cash', 'KO.last']),
    );
    expect(calls).toHaveLength(1);
    expect(calls[0]).toContain('What about KO?');
  });

  it('asks it once for the same question at the same time', async () => {
    const trader = await bourse.trader();
    behave = (response) => void setTimeout(() => response.end(completion('Slowly.')), 100);
    const answers = await Promise.all([ask(trader, 'Hurry'), ask(trader, 'Hurry')]);
    expect(answers.map(({ body }) => body.answer)).toEqual(['Slowly.', 'Slowly.']);
    expect(calls).toHaveLength(1);
    expect(await usedBy(trader)).toBe(1);
  });

  it.each([
    [
      'is busy',
      (response: ServerResponse) => void response.writeHead(429).end(),
      503,
      'ai.model_unavailable',
    ],
    [
      'fails',
      (response: ServerResponse) => void response.writeHead(500).end(),
      503,
      'ai.model_unavailable',
    ],
    ['hangs', () => undefined, 504, 'ai.model_timeout'],
    [
      'talks garbage',
      (response: ServerResponse) => void response.end('<html>'),
      503,
      'ai.model_unavailable',
    ],
  ])('charges nothing and keeps nothing when it %s', async (_, behaviour, status, code) => {
    const trader = await bourse.trader();
    behave = behaviour;
    const failed = await refused(trader, { prompt: 'Will you?' });
    expect({ status: failed.status, code: failed.body.code }).toEqual({ status, code });
    expect(await usedBy(trader)).toBe(0);
    behave = (response) => void response.end(completion('Now, yes.'));
    expect((await ask(trader, 'Will you?')).body).toMatchObject({
      answer: 'Now, yes.',
      cached: false,
    });
    expect(await usedBy(trader)).toBe(1);
  });

  it('has shown its key to nobody', () => {
    expect(bourse.logs.length).toBeGreaterThan(0);
    expect(JSON.stringify(bourse.logs)).not.toContain(API_KEY);
  });

  it('has logged no error of its own', () => {
    expect(bourse.logs.filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
  });
});
