import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { Database } from '../../src/database/index.js';
import type {
  Import,
  ImportSummary,
  JournalTrade,
  TopTrades,
} from '../../src/modules/journal/journal.dto.js';
import { ImportProcessor } from '../../src/modules/journal/imports/import.processor.js';
import { LockManager, ScheduleRegistry } from '../../src/redis/index.js';
import { money } from '../../src/kernel/money.js';
import { eventually } from '../support/eventually.js';
import { openReference } from '../support/reference.js';
import type { ApiClient, Problem } from './support/api-client.js';
import { SERVERS } from './support/backends.js';
import { startBourse, type Bourse } from './support/bourse.js';
import { LiveClient } from './support/live-client.js';

interface List<Item> {
  readonly items: Item[];
  readonly nextCursor: string | null;
}
interface Answer<Body> {
  readonly status: number;
  readonly body: Body;
}

const MAX_UPLOAD_BYTES = 1_000_000;
const HEADER = 'Date,Symbol,Side,Quantity,Price,Fee,Currency';
const CSV = [
  HEADER,
  '2024-01-02 10:00:00,AAPL,buy,10,100.00,1.00,USD',
  '2024-01-03 10:00:00,AAPL,buy,10,110.00,1.00,USD',
  '2024-02-02 10:00:00,AAPL,sell,15,120.00,1.50,USD',
  '2024-01-05 10:00:00,MSFT,buy,1,"1,000.00",0,USD',
  '2024-02-05 10:00:00,MSFT,sell,1,990.00,0,USD',
].join('\n');
const UNKNOWN_ID = '00000000-0000-7000-8000-000000000000';

const reference = openReference('brokers');

type Part = { name?: string; fileName?: string; content: string | Uint8Array };

const form = (...parts: Part[]): FormData => {
  const data = new FormData();
  for (const { name = 'file', fileName = 'trades.csv', content } of parts) {
    data.append(name, new Blob([content], { type: 'text/csv' }), fileName);
  }
  return data;
};

async function post<Body>(
  trader: ApiClient,
  body: string | FormData | Uint8Array,
  headers: Record<string, string> = {},
): Promise<Answer<Body>> {
  const response = await fetch(`${trader.url}/api/journal/imports`, {
    method: 'POST',
    body,
    headers: { authorization: `Bearer ${trader.token}`, ...headers },
    signal: AbortSignal.timeout(10_000),
  });
  return { status: response.status, body: (await response.json()) as Body };
}

/** A multipart body by hand, to be broken. */
const rawBody = (content: string, end = '\r\n--b--\r\n') =>
  `--b\r\ncontent-disposition: form-data; name="file"; filename="a.csv"\r\n\r\n${content}${end}`;
const RAW = { 'content-type': 'multipart/form-data; boundary=b' };

const manyRows = (count: number, price = '1.00') =>
  [
    HEADER,
    ...Array.from({ length: count }, (_, index) => {
      const at = new Date(Date.UTC(2020, 0, 1) + index * 60_000).toISOString();
      return `${at},ROW${index % 50},buy,1,${price},0,USD`;
    }),
  ].join('\n');

describe.each(SERVERS)('the journal on $name', (backend) => {
  let bourse: Bourse;
  let trader: ApiClient;

  beforeAll(async () => {
    bourse = await startBourse(backend, {
      JOURNAL_MAX_UPLOAD_BYTES: String(MAX_UPLOAD_BYTES),
      TRADING_FEE_MINIMUM_PER_ORDER: '1',
    });
  });
  afterAll(() => bourse.close());
  beforeEach(async () => {
    trader = await bourse.trader();
  });

  const read = async <Body>(path: string, client = trader): Promise<Body> => {
    const answer = await client.get<Body>(path);
    expect(answer.status).toBe(200);
    return answer.body;
  };
  const upload = async (
    content: string | Uint8Array,
    fileName = 'trades.csv',
  ): Promise<ImportSummary> => {
    const answer = await post<ImportSummary>(trader, form({ content, fileName }));
    expect(answer.status).toBe(202);
    return answer.body;
  };
  const untilStatus = (id: string, status: string): Promise<Import> =>
    eventually(
      async () => {
        const found = await read<Import>(`/api/journal/imports/${id}`);
        expect(found.status).toBe(status);
        return found;
      },
      { timeoutMs: 15_000 },
    );
  const importAll = async (content: string | Uint8Array): Promise<Import> =>
    untilStatus((await upload(content)).id, 'done');
  const trades = async (query = ''): Promise<JournalTrade[]> =>
    (await read<List<JournalTrade>>(`/api/journal/trades?limit=200${query}`)).items;
  const top = (query = ''): Promise<TopTrades> => read(`/api/journal/trades/top${query}`);
  /** As if another import of the trader ran for as long. */
  const whileLocked = <T>(work: () => Promise<T>): Promise<T> =>
    bourse.app
      .get(LockManager)
      .using('journal.import', trader.user.id, { ttlMs: 10_000, waitMs: 5_000 }, work);
  const rowsOf = async (table: string): Promise<number> => {
    const { rows } = (await bourse.app
      .get(Database)
      .sql.execute(sql.raw(`select count(*)::int as count from ${table}`))) as {
      rows: { count: number }[];
    };
    return rows[0]?.count ?? -1;
  };

  describe('an import', () => {
    it('is taken at once, told live to its end, and then in the journal', async () => {
      const live = await LiveClient.connect(bourse.url, { token: trader.token });
      const taken = await upload(CSV, 'my "trades".csv');
      expect(taken).toMatchObject({
        fileName: expect.stringContaining('trades'),
        sizeBytes: Buffer.byteLength(CSV),
        format: 'generic',
        status: 'queued',
        imported: 0,
      });
      const channel = `journal.import:${taken.id}`;
      expect(await live.follow(channel)).toMatchObject({ snapshot: { id: taken.id } });
      const done = await untilStatus(taken.id, 'done');
      expect(done).toMatchObject({
        ...{ rows: 5, imported: 5, duplicates: 0, skipped: 0, failed: 0 },
        ...{ progressPercent: 100, errors: [], skippedReasons: [], failure: null },
      });
      expect(done.finishedAt).not.toBeNull();
      expect(await trades()).toMatchObject([
        { symbol: 'MSFT', side: 'sell', price: '990.00', executedAt: '2024-02-05T10:00:00.000Z' },
        { symbol: 'AAPL', side: 'sell', quantity: '15', fee: '1.5', importId: taken.id },
        { symbol: 'MSFT', side: 'buy', price: '1000.00', source: 'generic' },
        { symbol: 'AAPL', side: 'buy', price: '110.00' },
        { symbol: 'AAPL', side: 'buy', price: '100.00', currency: 'USD' },
      ]);
      live.close();
    });

    it('tells its followers how it gets on', async () => {
      const live = await LiveClient.connect(bourse.url, { token: trader.token });
      const channel = await whileLocked(async () => {
        const { id } = await upload(manyRows(1_500));
        await live.subscribe(`journal.import:${id}`);
        return `journal.import:${id}`;
      });
      const last = await live.next(channel, ({ status }) => status === 'done');
      expect(last.data).toMatchObject({ imported: 1_500, progressPercent: 100 });
      const messages = live.on(channel).map(({ data }) => data);
      expect(messages.map(({ status }) => status)).toContain('running');
      const versions = messages.map(({ version }) => version);
      expect(new Set(versions).size).toBe(versions.length);
      live.close();
    });

    it('adds nothing the second time, and counts genuine equals of one file', async () => {
      const twice = `${HEADER}\n2024-01-02,AAPL,buy,1,100,0,USD\n2024-01-02,AAPL,buy,1,100.00,0,USD`;
      expect(await importAll(twice)).toMatchObject({ imported: 2, duplicates: 0 });
      expect(await importAll(twice)).toMatchObject({ imported: 0, duplicates: 2 });
      const thrice = `${twice}\n2024-01-02,AAPL,buy,1,100,0,usd`;
      expect(await importAll(thrice)).toMatchObject({ imported: 1, duplicates: 2 });
      expect(await trades()).toHaveLength(3);
    });

    it('names the lines that cannot be read and imports the others', async () => {
      const done = await importAll(
        [
          HEADER,
          '2024-01-02,AAPL,buy,1,100,0,USD',
          '2024-13-02,AAPL,buy,1,100,0,USD',
          '',
          '2024-01-02,AAPL,buy,0,100,0,USD',
          '2024-01-02,AAPL,buy,"1,5",100,0,USD',
          '2024-01-02,AAPL,dividend,1,100,0,USD',
          '2024-01-02,,buy,1,100,0,USD',
          '2024-01-02,AAPL,buy,1,-100,0,USD',
          '2024-01-02,AAPL',
        ].join('\r\n'),
      );
      expect(done).toMatchObject({ rows: 8, imported: 1, skipped: 1, failed: 6 });
      expect(done.skippedReasons).toEqual([{ reason: 'dividend', count: 1 }]);
      expect(done.errors.map(({ line, column }) => [line, column])).toEqual([
        [3, 'Date'],
        [5, 'Quantity'],
        [6, 'Quantity'],
        [8, 'Symbol'],
        [9, 'Price'],
        [10, 'Side'],
      ]);
    });

    it('keeps the first hundred errors and counts all of them', async () => {
      const lines = Array.from(
        { length: 1_300 },
        (_, index) => `nonsense ${index},A,buy,1,1,0,USD`,
      );
      const done = await importAll([HEADER, ...lines].join('\n'));
      expect(done).toMatchObject({ failed: 1_300, imported: 0 });
      expect(done.errors).toHaveLength(100);
    });

    it('that breaks in the middle leaves nothing behind', async () => {
      const { id } = await upload(`${manyRows(1_200)}\n"never closed,${'x'.repeat(50_000)}`);
      const failed = await untilStatus(id, 'failed');
      expect(failed.failure).toMatchObject({ code: 'journal.malformed_csv' });
      expect(failed.imported).toBe(0);
      expect(await trades()).toEqual([]);
    });

    it('leaves no copy of its file', async () => {
      await importAll(manyRows(1_200));
      expect(await rowsOf('journal_import_chunks')).toBe(0);
      expect(await rowsOf('journal_import_counts')).toBe(0);
    });

    it('waits while another one of the same user runs', async () => {
      const { id } = await whileLocked(async () => {
        const taken = await upload(CSV);
        // It has looked, found the lock held, and said so.
        await eventually(async () => {
          const found = await read<Import>(`/api/journal/imports/${taken.id}`);
          expect(found.status).toBe('queued');
          expect(found.updatedAt > taken.updatedAt).toBe(true);
        });
        return taken;
      });
      await untilStatus(id, 'done');
    });

    it('is listed newest first, page by page, for its owner alone', async () => {
      const ids: string[] = [];
      for (let index = 0; index < 3; index += 1) ids.unshift((await importAll(CSV)).id);
      const first = await read<List<ImportSummary>>('/api/journal/imports?limit=2');
      const rest = await read<List<ImportSummary>>(
        `/api/journal/imports?limit=2&cursor=${first.nextCursor}`,
      );
      expect([...first.items, ...rest.items].map(({ id }) => id)).toEqual(ids);
      expect(rest.nextCursor).toBeNull();
      const stranger = await bourse.trader();
      expect((await read<List<ImportSummary>>('/api/journal/imports', stranger)).items).toEqual([]);
    });
  });

  describe('undoing', () => {
    it('removes exactly the trades of that import, and twice is fine', async () => {
      const first = await importAll(CSV);
      const more = `${CSV}\n2024-03-01,NVDA,buy,1,500,0,USD`;
      const second = await importAll(more);
      expect(second).toMatchObject({ imported: 1, duplicates: 5 });
      const undone = await trader.delete<Import>(`/api/journal/imports/${first.id}`);
      expect(undone).toMatchObject({ status: 200, body: { status: 'undone' } });
      expect(await trades()).toMatchObject([{ symbol: 'NVDA', importId: second.id }]);
      const again = await trader.delete<Import>(`/api/journal/imports/${first.id}`);
      expect(again).toEqual(expect.objectContaining({ status: 200, body: undone.body }));
      expect(await importAll(CSV)).toMatchObject({ imported: 5 });
    });

    it('stops an import in the middle', async () => {
      const { id } = await upload(manyRows(15_000));
      await eventually(
        async () => {
          const found = await read<Import>(`/api/journal/imports/${id}`);
          expect(found.status).toBe('running');
          expect(found.imported).toBeGreaterThan(0);
        },
        { timeoutMs: 10_000, intervalMs: 5 },
      );
      const undone = await trader.delete(`/api/journal/imports/${id}`);
      expect(undone).toMatchObject({ status: 200, body: { status: 'undone' } });
      expect(await trades()).toEqual([]);
      // A later import of the user runs after it: by then it has stopped for good.
      await importAll(`${HEADER}\n2024-01-02,LATER,buy,1,100,0,USD`);
      expect(await trades()).toMatchObject([{ symbol: 'LATER' }]);
      expect((await read<Import>(`/api/journal/imports/${id}`)).status).toBe('undone');
      await eventually(async () => expect(await rowsOf('journal_import_chunks')).toBe(0));
    });

    it.each(['get', 'delete'] as const)('is not for others: %s answers 404', async (method) => {
      const { id } = await importAll(CSV);
      const stranger = await bourse.trader();
      for (const path of [id, UNKNOWN_ID, 'not-an-id']) {
        const answer = await stranger[method]<Problem>(`/api/journal/imports/${path}`);
        expect(answer).toMatchObject({ status: 404, body: { code: 'journal.import_not_found' } });
      }
      expect(await trades()).toHaveLength(5);
    });
  });

  it('ends the imports whose jobs an administrator takes back, for good', async () => {
    const admin = await bourse.admin();
    const queue = '/api/admin/queues/analytics';
    expect((await admin.post(`${queue}/pause`)).status).toBe(200);
    const { id } = await upload(CSV);
    await eventually(async () => {
      const { body } = await admin.get<{ counts: { waiting: number } }>(queue);
      expect(body.counts.waiting).toBeGreaterThan(0);
    });
    expect((await admin.post(`${queue}/drain`)).body).toMatchObject({ more: false });
    expect(await untilStatus(id, 'failed')).toMatchObject({
      failure: { code: 'journal.import_cancelled' },
      imported: 0,
    });
    expect((await admin.post(`${queue}/resume`)).status).toBe(200);
    expect(
      await bourse.app
        .get(ImportProcessor)
        .addLost({ id: 'r', signal: new AbortController().signal }),
    ).toBe(0);
    expect(await rowsOf('journal_import_chunks')).toBe(0);
    expect(await trades()).toEqual([]);
  });

  describe('the list of trades', () => {
    it('pages latest first without a gap or a repetition, also within one moment', async () => {
      const lines = Array.from({ length: 7 }, (_, index) => `2024-01-02,A${index},buy,1,1,0,USD`);
      await importAll([HEADER, ...lines, '2024-01-03,B,buy,1,1,0,USD'].join('\n'));
      const seen: string[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const page: List<JournalTrade> = await read(
          `/api/journal/trades?limit=3${cursor && `&cursor=${cursor}`}`,
        );
        seen.push(...page.items.map(({ symbol }) => symbol));
        cursor = page.nextCursor;
      }
      expect(seen[0]).toBe('B');
      expect([...seen].sort()).toEqual(['A0', 'A1', 'A2', 'A3', 'A4', 'A5', 'A6', 'B']);
    });

    it('filters by symbol and time', async () => {
      await importAll(CSV);
      expect(await trades('&symbol=msft')).toHaveLength(2);
      expect(await trades('&from=2024-02-01')).toHaveLength(2);
      expect(await trades('&from=2024-01-03&to=2024-02-02T10:00:00Z')).toHaveLength(2);
      expect(await trades('&symbol=NONE')).toEqual([]);
    });

    it.each([
      ['from=2024-02-01&to=2024-01-01', 'request.invalid'],
      ['from=yesterday', 'request.invalid'],
      ['from=2024-02-31', 'request.invalid'],
      ['symbol=%00', 'request.invalid'],
      ['limit=201', 'request.invalid'],
      ['cursor=bm90LWFuLWlk', 'request.bad_cursor'],
      ['unknown=1', 'request.invalid'],
    ])('refuses ?%s', async (query, code) => {
      const answer = await trader.get<Problem>(`/api/journal/trades?${query}`);
      expect(answer).toMatchObject({ status: 400, body: { code } });
    });

    it('has the executions of Bourse as well', async () => {
      const placed = await trader.post<{ id: string }>('/api/orders', {
        ...{ symbol: 'AAPL', side: 'buy', type: 'market', quantity: '2' },
      });
      expect(placed.status).toBe(201);
      const [own] = await eventually(
        async () => {
          const found = await trades('&symbol=AAPL');
          expect(found).toHaveLength(1);
          return found;
        },
        { timeoutMs: 15_000 },
      );
      const { items } = await read<{ items: { id: string; price: string }[] }>('/api/trades');
      expect(own).toMatchObject({
        ...{ source: 'bourse', importId: null, side: 'buy', quantity: '2', currency: 'USD' },
        ...{ brokerTradeId: items[0]?.id, price: items[0]?.price, fee: '1' },
      });
    });

    it('tells short sales of Bourse and what covers them from sales and purchases, as one round trip', async () => {
      await trader.patch('/api/account/settings', { shortSelling: true });
      const order = { symbol: 'KO', type: 'market', quantity: '3' };
      for (const side of ['sell', 'buy'] as const) {
        expect((await trader.post('/api/orders', { ...order, side })).status).toBe(201);
        await eventually(
          async () => {
            const { items } = await read<List<{ side: string }>>('/api/trades');
            expect(items[0]?.side).toBe(side);
          },
          { timeoutMs: 15_000 },
        );
      }
      const [cover, sale] = await eventually(
        async () => {
          const found = await trades('&symbol=KO');
          expect(found.map(({ side }) => side)).toEqual(['buy_to_close', 'sell_to_open']);
          return found as [JournalTrade, JournalTrade];
        },
        { timeoutMs: 15_000 },
      );
      const { items } = await eventually(async () => {
        const answer = await top();
        expect(answer).toMatchObject({ closed: 1, unmatchedSales: 0 });
        return answer;
      });
      const [brought, paid] = [money(sale.price).times(3), money(cover.price).times(3)];
      expect(items).toMatchObject([
        {
          ...{ tradeId: cover.id, direction: 'short', quantity: '3', fees: '2' },
          ...{ proceeds: brought.toFixed(), cost: paid.toFixed() },
          pnl: brought.minus(paid).minus(2).toFixed(),
        },
      ]);
    });
  });

  describe('the top trades', () => {
    it('are sales matched with their purchases, first in, first out, less fees', async () => {
      await importAll(CSV);
      const answer = await top();
      expect(answer).toMatchObject({
        ...{ by: 'pnl', currency: 'USD', currencies: ['USD'], closed: 2, unmatchedSales: 0 },
      });
      // 15 × 120 − (10 × 100 + 5 × 110) = 250; fees 1 + 1 × 5/10 + 1.50 = 3.
      expect(answer.items).toMatchObject([
        {
          ...{ symbol: 'AAPL', quantity: '15', proceeds: '1800', cost: '1550', fees: '3' },
          ...{ pnl: '247', exitPrice: '120.00', openedAt: '2024-01-02T10:00:00.000Z' },
        },
        { symbol: 'MSFT', pnl: '-10', averageEntryPrice: '1000.00' },
      ]);
    });

    it('are computed once, until an import or its undoing', async () => {
      const { id } = await importAll(CSV);
      // Again, should the news of the import, which drops it too, come between.
      await eventually(async () => {
        const first = await top('?limit=1');
        expect(first.items).toHaveLength(1);
        // As if somebody had changed the journal behind everybody's back: a cached answer does not know.
        await bourse.app
          .get(Database)
          .sql.execute(sql`update journal_trades set price = price + 1 where import_id = ${id}`);
        expect(await top('?limit=1')).toEqual(first);
      });
      await importAll(`${HEADER}\n2024-01-02,NEW,buy,1,1,0,USD\n2024-01-03,NEW,sell,1,900,0,USD`);
      await eventually(async () =>
        expect((await top('?limit=1')).items).toMatchObject([{ symbol: 'NEW', pnl: '899' }]),
      );
      const [newest] = (await read<List<ImportSummary>>('/api/journal/imports')).items;
      await trader.delete(`/api/journal/imports/${newest?.id}`);
      expect((await top('?limit=1')).items).not.toMatchObject([{ symbol: 'NEW' }]);
    });

    it('leave out what the journal knows no purchase of, and say so', async () => {
      await importAll(`${HEADER}\n2024-01-02,A,sell,1,100,0,EUR\n2024-01-01,B,buy,1,1,0,EUR`);
      expect(await top('?currency=EUR')).toMatchObject({
        ...{ currency: 'EUR', items: [], closed: 0, unmatchedSales: 1 },
      });
    });

    it.each(['limit=0', 'limit=101', 'by=luck', 'currency=%24', 'other=1'])(
      'refuse ?%s',
      async (query) => {
        const answer = await trader.get<Problem>(`/api/journal/trades/top?${query}`);
        expect(answer).toMatchObject({ status: 400, body: { code: 'request.invalid' } });
      },
    );
  });

  describe('bad uploads', () => {
    const row = '2024-01-02,A,buy,1,1,0,USD';
    const bad: [string, string | FormData | Uint8Array, number, string, Record<string, string>?][] =
      [
        ['an empty file', form({ content: '' }), 400, 'journal.file_empty'],
        ['a file of blank lines', form({ content: '\n \n\n' }), 400, 'journal.file_empty'],
        ['a header alone', form({ content: `${HEADER}\r\n\r\n` }), 422, 'journal.no_rows'],
        ['no columns of trades', form({ content: 'a,b,c\n1,2,3' }), 422, 'journal.unknown_format'],
        [
          'a picture named .csv',
          form({ content: Uint8Array.from({ length: 5_000 }, (_, index) => index % 256) }),
          422,
          'journal.not_text',
        ],
        [
          'bytes that are no UTF-8, far behind the header',
          form({ content: Buffer.concat([Buffer.from(manyRows(4_000)), Buffer.from([0xff])]) }),
          422,
          'journal.not_text',
        ],
        [
          'a NUL',
          form({ content: `${HEADER}\n${row}\n2024-01-02,A\0,buy,1,1,0,USD` }),
          422,
          'journal.not_text',
        ],
        [
          'UTF-16',
          form({ content: Buffer.from(`\ufeff${HEADER}\n${row}`, 'utf16le') }),
          422,
          'journal.unsupported_encoding',
        ],
        [
          'semicolons',
          form({ content: `${HEADER}\n${row}`.replaceAll(',', ';') }),
          422,
          'journal.unsupported_delimiter',
        ],
        [
          'a header without end',
          form({ content: `Date,${'x'.repeat(200_000)}` }),
          422,
          'journal.unknown_format',
        ],
        [
          'a file that is too large',
          form({ content: 'x'.repeat(MAX_UPLOAD_BYTES * 3) }),
          413,
          'journal.file_too_large',
        ],
        ['two files', form({ content: CSV }, { content: CSV }), 400, 'journal.one_file_only'],
        ['another field', form({ name: 'csv', content: CSV }), 400, 'journal.unexpected_field'],
        ['no part at all', new FormData(), 400, 'journal.file_missing'],
        ['JSON', '{}', 400, 'journal.file_missing', { 'content-type': 'application/json' }],
        [
          'no boundary',
          'x',
          400,
          'journal.upload_broken',
          { 'content-type': 'multipart/form-data' },
        ],
        ['a body that just ends', rawBody(CSV, ''), 400, 'journal.upload_broken', RAW],
        ['a body that is no form', 'hello', 400, 'journal.upload_broken', RAW],
        [
          'text where the file belongs',
          '--b\r\ncontent-disposition: form-data; name="file"\r\n\r\nDate\r\n--b--\r\n',
          400,
          'journal.file_missing',
          RAW,
        ],
      ];

    it.each(bad)('refuse %s and keep nothing', async (_, ...[body, status, code, headers]) => {
      const answer = await post<Problem>(trader, body, headers);
      expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code });
      expect((await read<List<Import>>('/api/journal/imports')).items).toEqual([]);
      expect(await rowsOf('journal_import_chunks')).toBe(0);
    });

    it('says how a chunked upload without a length is too large, without waiting for its end', async () => {
      let sent = 0;
      const endless = new ReadableStream<Uint8Array>({
        pull: (controller) => {
          const text = sent === 0 ? rawBody(`${HEADER}\n${row}\n`, '') : `${row}\n`.repeat(2_000);
          sent += 1;
          if (sent > 1_000) return controller.close();
          controller.enqueue(Buffer.from(text));
        },
      });
      const response = await fetch(`${trader.url}/api/journal/imports`, {
        method: 'POST',
        body: endless,
        duplex: 'half',
        headers: { ...RAW, authorization: `Bearer ${trader.token}` },
        signal: AbortSignal.timeout(15_000),
      });
      expect(response.status).toBe(413);
      expect(await response.json()).toMatchObject({ code: 'journal.file_too_large' });
      expect(await rowsOf('journal_import_chunks')).toBe(0);
    });

    it('keeps nothing of an upload whose sender goes away', async () => {
      const gone = new AbortController();
      let pieces = 0;
      const body = new ReadableStream<Uint8Array>({
        pull: async (controller) => {
          pieces += 1;
          controller.enqueue(Buffer.from(pieces === 1 ? rawBody(manyRows(4_000), '') : `\n${row}`));
          await new Promise((resolve) => setTimeout(resolve, 20));
        },
      });
      const request = fetch(`${trader.url}/api/journal/imports`, {
        method: 'POST',
        body,
        duplex: 'half',
        headers: { ...RAW, authorization: `Bearer ${trader.token}` },
        signal: gone.signal,
      });
      const list = () => read<List<Import>>('/api/journal/imports');
      await eventually(async () =>
        expect((await list()).items).toMatchObject([{ status: 'uploading' }]),
      );
      gone.abort();
      await expect(request).rejects.toThrow();
      await eventually(async () => expect((await list()).items).toEqual([]));
    });

    it('refuses a sixth import while five are under way', async () => {
      await whileLocked(async () => {
        const ids: string[] = [];
        for (let index = 0; index < 5; index += 1) ids.push((await upload(CSV)).id);
        const sixth = await post<Problem>(trader, form({ content: CSV }));
        expect(sixth).toMatchObject({ status: 429, body: { code: 'journal.too_many_imports' } });
        for (const id of ids) await trader.delete(`/api/journal/imports/${id}`);
      });
    });

    it('takes five of twenty that come at once', async () => {
      await whileLocked(async () => {
        const answers = await Promise.all(
          Array.from({ length: 20 }, () =>
            post<Partial<Problem> & { id?: string }>(trader, form({ content: CSV })),
          ),
        );
        const taken = answers.filter(({ status }) => status === 202);
        expect(taken).toHaveLength(5);
        const codes = answers
          .filter((answer) => !taken.includes(answer))
          .map(({ body }) => body.code);
        expect(new Set(codes)).toEqual(new Set(['journal.too_many_imports']));
        for (const { body } of taken) await trader.delete(`/api/journal/imports/${body.id}`);
      });
    });

    it('are for the signed-in alone', async () => {
      const answer = await post<Problem>(bourse.client(), form({ content: CSV }));
      expect(answer).toMatchObject({ status: 401, body: { code: 'auth.unauthenticated' } });
    });
  });

  describe('the sweep', () => {
    const sweep = () =>
      bourse.app
        .get(ScheduleRegistry)
        .find('journal.sweep-uploads')
        ?.run({ signal: new AbortController().signal });

    it('starts an import again whose job was lost, and it repeats nothing', async () => {
      const done = await importAll(CSV);
      const database = bourse.app.get(Database).sql;
      // As after a crash in the middle: the file is there, three of its lines are stored.
      const { id } = await upload(CSV.replaceAll('2024', '2023'));
      await untilStatus(id, 'done');
      await database.execute(sql`delete from journal_trades where import_id = ${id} and line > 4`);
      await database.execute(
        sql`update journal_imports set status = 'running', rows_read = 3, imported = 3, finished_at = null where id = ${id}`,
      );
      await database.execute(
        sql`insert into journal_import_chunks values (${id}, 0, convert_to(${CSV.replaceAll('2024', '2023')}, 'UTF8'))`,
      );
      bourse.clock.advance(180_000);
      // Due by then, it may have run by itself.
      await sweep();
      expect(await untilStatus(id, 'done')).toMatchObject({ rows: 5, imported: 5, duplicates: 0 });
      expect(await trades()).toHaveLength(done.imported + 5);
    });

    it('removes uploads that were never ended', async () => {
      const { id } = await importAll(CSV);
      const database = bourse.app.get(Database).sql;
      await database.execute(sql`update journal_imports set status = 'uploading' where id = ${id}`);
      await database.execute(sql`delete from journal_trades where import_id = ${id}`);
      await database.execute(sql`insert into journal_import_chunks values (${id}, 0, '')`);
      bourse.clock.advance(660_000);
      await sweep();
      await eventually(async () => {
        expect(await trader.get(`/api/journal/imports/${id}`)).toMatchObject({ status: 404 });
        expect(await rowsOf('journal_import_chunks')).toBe(0);
      });
    });
  });

  reference.describe(`real exports${reference.why}`, () => {
    const file = (name: string) => readFileSync(join(reference.folder, name));

    it('of Schwab become trades, cent for cent', async () => {
      const done = await importAll(file('schwab.csv'));
      expect(done).toMatchObject({ format: 'schwab', imported: 43, failed: 0 });
      expect(await importAll(file('schwab.csv'))).toMatchObject({ imported: 0, duplicates: 43 });
      expect(await trades('&symbol=AVGO')).toMatchObject([
        { side: 'buy', quantity: '1', price: '1680.00', executedAt: '2024-06-13T00:00:00.000Z' },
      ]);
    });

    it('of Trading 212 become trades under their own ids', async () => {
      const done = await importAll(file('trading212.csv'));
      expect(done).toMatchObject({ format: 'trading212', imported: 4, skipped: 9, failed: 0 });
      const [sale] = await trades('&symbol=ASTR');
      expect(sale).toMatchObject({
        ...{ side: 'sell', quantity: '0.61254', price: '1.26', currency: 'USD' },
        ...{ brokerTradeId: 'EOF7802023054', executedAt: '2023-12-26T14:30:05.104Z' },
      });
    });
  });

  it('has not logged a single error of its own for all of that', () => {
    const errors = bourse.logs.filter(({ level }) => level === 'error' || level === 'fatal');
    expect(errors).toEqual([]);
  });
});
