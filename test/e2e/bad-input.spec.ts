import { connect, type Socket } from 'node:net';
import { sql } from 'drizzle-orm';
import { Database, Outbox } from '../../src/database/index.js';
import { newId } from '../../src/kernel/ids.js';
import { TrainingFinished } from '../../src/modules/ai-studio/ai-studio.events.js';
import { eventually } from '../support/eventually.js';
import { HttpStub } from '../support/http-stub.js';
import { PushBrowser } from '../support/push-browser.js';
import type { ApiClient, Problem } from './support/api-client.js';
import { SERVERS } from './support/backends.js';
import { startBourse, type Bourse } from './support/bourse.js';

const order = (overrides: Record<string, unknown>) => ({
  symbol: 'AAPL',
  side: 'buy',
  type: 'market',
  quantity: '1',
  ...overrides,
});
const limitOrder = (overrides: Record<string, unknown>) =>
  order({ type: 'limit', limitPrice: '1.00', ...overrides });

const BAD_ORDERS: [string, unknown, number, string][] = [
  ['an unknown symbol', order({ symbol: 'NOSUCH' }), 422, 'trading.unknown_symbol'],
  ['a symbol that is none', order({ symbol: '../../etc' }), 400, 'request.invalid'],
  ['a zero quantity', order({ quantity: '0' }), 400, 'request.invalid'],
  ['a zero in disguise', order({ quantity: '0.000000' }), 400, 'request.invalid'],
  ['a negative quantity', order({ quantity: '-1' }), 400, 'request.invalid'],
  ['a quantity with an exponent', order({ quantity: '1e3' }), 400, 'request.invalid'],
  ['a quantity of dust', order({ quantity: '0.0000001' }), 400, 'request.invalid'],
  ['a quantity that is not a number', order({ quantity: 'NaN' }), 400, 'request.invalid'],
  ['a quantity beyond all bounds', order({ quantity: '9'.repeat(10_000) }), 400, 'request.invalid'],
  ['a number where text belongs', order({ quantity: 1 }), 400, 'request.invalid'],
  ['null', null, 400, 'request.invalid'],
  ['a list', [], 400, 'request.invalid'],
  ['text', '"buy"', 400, 'request.invalid'],
  ['an unknown side', order({ side: 'hold' }), 400, 'request.invalid'],
  ['an unknown type', order({ type: 'magic' }), 400, 'request.invalid'],
  ['an extra field', order({ admin: true }), 400, 'request.invalid'],
  ['a limit on a market order', order({ limitPrice: '1.00' }), 400, 'request.invalid'],
  ['a limit order without a limit', order({ type: 'limit' }), 400, 'request.invalid'],
  ['a negative limit', limitOrder({ limitPrice: '-1.00' }), 400, 'request.invalid'],
  ['a client_order_id with spaces', order({ client_order_id: 'a b' }), 400, 'request.invalid'],
  [
    'a client_order_id without end',
    order({ client_order_id: 'x'.repeat(65) }),
    400,
    'request.invalid',
  ],
  ['more than the cash buys', order({ quantity: '900000000' }), 422, 'trading.insufficient_funds'],
  ['a sale of what is not held', order({ side: 'sell' }), 422, 'trading.insufficient_position'],
  [
    'a part of a share that has none',
    order({ symbol: 'BRK.B', quantity: '1.5' }),
    422,
    'trading.not_fractionable',
  ],
  [
    'a notional of a share that has no parts',
    order({ symbol: 'BRK.B', quantity: undefined, notional: '1000' }),
    422,
    'trading.not_fractionable',
  ],
  [
    'a notional that buys no part of a share',
    order({ quantity: undefined, notional: '0.00' }),
    400,
    'request.invalid',
  ],
  ['malformed JSON', '{"symbol": "AAPL"', 400, 'request.malformed'],
  ['a body that poisons prototypes', '{"__proto__": {"admin": true}}', 400, 'request.malformed'],
  ['a huge body', `{"symbol": "${'A'.repeat(300_000)}"}`, 413, 'request.too_large'],
];

/** What a server says to bytes that no HTTP client would send. */
function sendRaw(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let answer = '';
    connect(Number(port), hostname, function (this: Socket) {
      this.setTimeout(5_000, () => this.destroy(new Error('no answer')));
      this.write(bytes);
    })
      .on('data', (chunk: Buffer) => (answer += chunk.toString()))
      .on('end', () => resolve(answer))
      .on('error', reject);
  });
}

describe.each(SERVERS)('bad input on $name', (backend) => {
  let bourse: Bourse;
  let trader: ApiClient;

  beforeAll(async () => {
    bourse = await startBourse(backend);
    trader = await bourse.trader();
  });
  afterAll(() => bourse.close());

  const expectProblem = (
    answer: { status: number; headers: Headers; body: Problem },
    status: number,
    code: string,
  ) => {
    expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body).toMatchObject({
      type: `urn:bourse:error:${code}`,
      status,
      title: expect.any(String),
    });
    expect(answer.body.correlationId).toBe(answer.headers.get('x-correlation-id'));
    expect(JSON.stringify(answer.body)).not.toMatch(/\bat .+:\d+:\d+|node_modules|select |insert /);
  };

  it.each(BAD_ORDERS)(
    'refuses %s as an order and writes nothing',
    async (_, body, status, code) => {
      expectProblem(await trader.post<Problem>('/api/orders', body), status, code);
      expect((await trader.get<{ items: unknown[] }>('/api/orders')).body.items).toEqual([]);
      expect((await trader.get('/api/account')).body).toMatchObject({
        cash: '100000',
        reservedCash: '0',
      });
    },
  );

  it.each([
    [
      'a body of another kind',
      { 'content-type': 'text/xml' },
      '<order/>',
      415,
      'request.unsupported_media_type',
    ],
    ['an empty body', { 'content-type': 'application/json' }, '', 400, 'request.invalid'],
    ['a body of blanks', { 'content-type': 'application/json' }, ' ', 400, 'request.malformed'],
    [
      'a body that poisons constructors',
      { 'content-type': 'application/json' },
      '{"constructor": {"prototype": {"admin": true}}}',
      400,
      'request.malformed',
    ],
  ])('refuses %s', async (_, headers, body, status, code) => {
    expectProblem(await trader.post<Problem>('/api/orders', body, headers), status, code);
  });

  it.each([
    ['an e-mail address that is none', { email: 'nobody' }],
    ['a short password', { password: 'short' }],
    ['an endless password', { password: 'x'.repeat(129) }],
    ['a blank name', { displayName: '   ' }],
    ['a name that ends a C string', { displayName: 'a\u0000b' }],
    ['a name of half a character', { displayName: 'a\ud800b' }],
    ["a role of one's own choice", { roles: ['admin'] }],
  ])('refuses a registration with %s', async (_, change) => {
    const input = {
      email: 'someone@example.com',
      password: 'long enough to do',
      displayName: 'Someone',
      ...change,
    };
    expectProblem(
      await bourse.client().post<Problem>('/api/auth/register', input),
      400,
      'request.invalid',
    );
  });

  it.each([
    ['DELETE', '/api/auth/sessions/none', 404],
    ['POST', '/api/auth/logout', 204],
  ])('takes a %s that says JSON and has no body for one without', async (method, path, status) => {
    const one = await bourse.trader();
    const empty = { 'content-type': 'application/json' };
    expect((await one.send(method, path, '', empty)).status).toBe(status);
    expect((await one.send(method, path, undefined, empty)).status).toBe(
      status === 204 ? 401 : status,
    );
  });

  it('names the fields that are wrong', async () => {
    const { body } = await trader.post<Problem>(
      '/api/orders',
      limitOrder({ quantity: '0', limitPrice: 'x' }),
    );
    const issues = body.details?.['issues'] as { path: string }[];
    expect(issues.map(({ path }) => path).sort()).toEqual(['limitPrice', 'quantity']);
  });

  it.each([
    ['/api/orders/not-an-id', 404, 'trading.order_not_found'],
    ['/api/orders/00000000-0000-7000-8000-000000000000', 404, 'trading.order_not_found'],
    ['/api/orders?limit=0', 400, 'request.invalid'],
    ['/api/orders?limit=100000', 400, 'request.invalid'],
    ['/api/orders?limit=ten', 400, 'request.invalid'],
    ['/api/orders?cursor=bm90LWFuLWlk', 400, 'request.bad_cursor'],
    ['/api/orders?status=lost', 400, 'request.invalid'],
    ['/api/orders?unknown=1', 400, 'request.invalid'],
    ['/api/account/realized-pnl?from=0000-01-01T00:00:00Z', 400, 'request.invalid'],
    ['/api/account/realized-pnl?to=9999-12-31T00:00:00Z', 400, 'request.invalid'],
    ['/api/orders?status=open&status=filled', 400, 'request.invalid'],
    ['/api/market/quotes/NOSUCH', 404, 'market_data.unknown_symbol'],
    ['/api/market/quotes/%00', 400, 'request.invalid'],
    ['/api/market/quotes/%E0%A4%A', 400, 'request.malformed'],
    [`/api/market/quotes/${'A'.repeat(200)}`, 414, 'request.url_too_long'],
    ['/api/no-such-thing', 404, 'request.no_such_route'],
    ['/', 404, 'request.no_such_route'],
    ['/%2e%2e/%2e%2e/etc/passwd', 404, 'request.no_such_route'],
  ])('answers GET %s with %i %s', async (path, status, code) => {
    expectProblem(await trader.get<Problem>(path), status, code);
  });

  it.each([
    ['what is no HTTP', 'HELLO\r\n\r\n', 400, 'request.malformed'],
    [
      'a wish for another protocol',
      'GET /api/account HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n',
      400,
      'request.malformed',
    ],
    [
      'a header without end',
      `GET / HTTP/1.1\r\nhost: x\r\na: ${'b'.repeat(20_000)}\r\n\r\n`,
      431,
      'request.headers_too_large',
    ],
  ])('answers %s with a problem', async (_, bytes, status, code) => {
    const answer = await sendRaw(bourse.url, bytes);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toContain('content-type: application/problem+json');
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({ status, code });
  });

  it.each([
    'http://example.com/hook',
    'https://127.0.0.1/hook',
    'https://[::1]/hook',
    'https://[::ffff:10.0.0.1]/hook',
    'https://169.254.169.254/latest/meta-data',
    'https://localhost/hook',
  ])('refuses to send news to %s, as a webhook and as a push', async (url) => {
    const refused = 'notifications.target_refused';
    const webhooks = '/api/notifications/webhooks';
    expectProblem(await trader.post<Problem>(webhooks, { url }), 422, refused);
    const subscription = new PushBrowser().subscription(url);
    const pushed = await trader.post<Problem>(
      '/api/notifications/push/subscriptions',
      subscription,
    );
    expectProblem(pushed, 422, refused);
    const { body } = await trader.post<{ id: string }>(webhooks, { url: 'https://example.com/' });
    const path = `${webhooks}/${body.id}`;
    expectProblem(await trader.patch<Problem>(path, { url }), 422, refused);
    expect((await trader.delete(path)).status).toBe(204);
    expect((await trader.get(webhooks)).body).toEqual({ items: [], nextCursor: null });
  });

  it('has not logged a single error of its own for all of that', () => {
    expect(bourse.logs.filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
  });

  it('sends nothing to a name that means an address of ours by then', async () => {
    const receiver = await HttpStub.start();
    try {
      const url = 'https://hook.example.com/';
      expect((await trader.post('/api/notifications/webhooks', { url })).status).toBe(201);
      const database = bourse.app.get(Database);
      // As if its name meant this machine by now: another name that does, and is looked up like any.
      const there = `https://localhost:${receiver.port}/`;
      await database.sql.execute(sql`update webhook_endpoints set url = ${there}`);
      const [userId, modelId, trainingId] = [trader.user.id, newId(), newId()];
      const ended = { name: 'A', outcome: 'finished' as const, result: null, failure: null };
      await database.transaction((transaction) =>
        bourse.app
          .get(Outbox)
          .publish(transaction, TrainingFinished, { ...ended, userId, modelId, trainingId }),
      );
      await eventually(async () => {
        const answer: unknown = await database.sql.execute(sql`
          select status, attempts, last_error from notification_deliveries where channel = 'webhook'`);
        expect((answer as { rows: unknown[] }).rows).toEqual([
          { status: 'failed', attempts: 1, last_error: 'notifications.webhook_refused' },
        ]);
      });
      expect(receiver.connections).toBe(0);
    } finally {
      await receiver.stop();
    }
  });
});
