import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Import, ImportSummary } from '../../../src/modules/journal/journal.dto.js';
import type { ApiClient } from '../../e2e/support/api-client.js';
import { eventually } from '../../support/eventually.js';
import { BACKENDS } from '../../e2e/support/backends.js';
import { startBourse, type Bourse } from '../../e2e/support/bourse.js';

const FILE_BYTES = 8_000_000;
/** Half of it. What is in use at a time (a chunk, its lines, a batch) does not depend on the file. */
const MAX_GROWTH_BYTES = 4_000_000;
/** Between two looks: each collects the whole heap first, which takes seconds late in a run of many suites. */
const PAUSE_MS = 1_000;
jest.setTimeout(400_000);
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What is alive: buffers count as much as objects. */
function liveBytes(): number {
  collectGarbage();
  // What the first round has only marked.
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Uploads from a process of its own, whose memory is not looked at: a file that is never whole anywhere. */
const SENDER = `
  const [url, token, bytes] = process.argv.slice(1);
  function* parts() {
    yield '--b\\r\\ncontent-disposition: form-data; name="file"; filename="a.csv"\\r\\n\\r\\n';
    yield 'Date,Symbol,Side,Quantity,Price,Notes\\n';
    for (let sent = 0, hour = 0; sent < Number(bytes); hour += 1) {
      const at = new Date(Date.UTC(2000, 0, 1) + hour * 3600000).toISOString();
      const line = (_, index) => at + ',S' + index + ',buy,1,1.25,' + 'n'.repeat(500) + '\\n';
      const text = Array.from({ length: 100 }, line).join('');
      sent += text.length;
      yield text;
    }
    yield '\\r\\n--b--\\r\\n';
  }
  const source = parts();
  const body = new ReadableStream({
    pull(controller) {
      const next = source.next();
      if (next.done) controller.close();
      else controller.enqueue(Buffer.from(next.value));
    },
  });
  const headers = { 'content-type': 'multipart/form-data; boundary=b', authorization: 'Bearer ' + token };
  fetch(url, { method: 'POST', body, duplex: 'half', headers })
    .then((response) => response.text())
    .then((text) => process.stdout.write(text));
`;

async function upload(trader: ApiClient, bytes: number): Promise<ImportSummary> {
  const url = `${trader.url}/api/journal/imports`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['-e', SENDER, url, trader.token ?? '', String(bytes)],
    { timeout: 60_000 },
  );
  return JSON.parse(stdout) as ImportSummary;
}

describe('the memory of an import', () => {
  let bourse: Bourse;
  let trader: ApiClient;

  beforeAll(async () => {
    const [, servers] = BACKENDS;
    if (!servers) throw new Error('no servers to test on');
    bourse = await startBourse(servers);
    trader = await bourse.trader();
  });
  afterAll(() => bourse.close());

  const importBytes = async (bytes: number): Promise<Import> => {
    const { id, sizeBytes } = await upload(trader, bytes);
    expect(sizeBytes).toBeGreaterThan(bytes);
    return eventually(
      async () => {
        const found = (await trader.get<Import>(`/api/journal/imports/${id}`)).body;
        expect(found).toMatchObject({ status: 'done', failed: 0 });
        expect(found.imported + found.duplicates).toBe(found.rows);
        return found;
      },
      { timeoutMs: 100_000, intervalMs: 100 },
    );
  };

  it('does not grow with the file, neither while it is uploaded nor while it is read', async () => {
    // Code that is compiled and connections that are opened once are no part of the question.
    await importBytes(500_000);
    const before = liveBytes();
    let most = -Infinity;
    let timer: NodeJS.Timeout | undefined;
    const look = () => {
      most = Math.max(most, liveBytes());
      timer = setTimeout(look, PAUSE_MS);
    };
    timer = setTimeout(look, PAUSE_MS);
    try {
      await importBytes(FILE_BYTES);
    } finally {
      clearTimeout(timer);
    }
    // Looked at once at least; suites before this one may leave something that is collected meanwhile.
    expect(Number.isFinite(most)).toBe(true);
    expect(most - before).toBeLessThan(MAX_GROWTH_BYTES);
  });
});
