import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '../../../src/config/config.js';
import { createProvider } from '../../../src/modules/market-data/provider-factory.js';
import { openReference } from '../../support/reference.js';

const STARTED_AT_MS = Date.UTC(2025, 0, 2, 10);
const HEADER = 'date,open,high,low,close,volume';

/** A provider as the boot makes it, with a replay that began at {@link STARTED_AT_MS}. */
function open(folder: string, variables: Record<string, string> = {}) {
  const config = parseConfig({
    MARKET_PROVIDER: 'replay',
    MARKET_REPLAY_DIR: folder,
    MARKET_TICK_MS: '1000',
    ...variables,
  });
  const replays = { startedAtMs: (_: string, proposalMs: number) => Promise.resolve(proposalMs) };
  return createProvider(config, { nowMs: () => STARTED_AT_MS }, replays);
}

const {
  folder: referenceFolder,
  it: itWithReference,
  why,
} = openReference('indicators', 'quotes.csv');

describe(`a replay of 502 daily bars of an index fund${why}`, () => {
  /** The reference figures, read without the code under test. */
  const rows = () =>
    readFileSync(join(referenceFolder, 'quotes.csv'), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','))
      .map(([date, open, high, low, close]) => ({
        date,
        open: Number(open),
        high: Number(high),
        low: Number(low),
        close: Number(close),
      }));

  itWithReference('shows each close on its date, one a second, over and over', async () => {
    const bars = rows();
    expect(bars).toHaveLength(502);
    const provider = await open(referenceFolder);
    expect(provider.instruments().map(({ symbol }) => symbol)).toEqual(['QUOTES']);
    for (let second = 1; second <= 2 * bars.length; second += 1) {
      const bar = bars[(second - 1) % bars.length];
      const quote = provider.quote('QUOTES', STARTED_AT_MS + second * 1_000);
      expect({ date: quote?.barDate, close: Number(quote?.last) }).toEqual({
        date: bar?.date,
        close: bar?.close,
      });
    }
  });

  itWithReference('plays every bar from its open to both extremes to its close', async () => {
    const tickMs = 100;
    const ticksPerBar = 120;
    const provider = await open(referenceFolder, {
      MARKET_REPLAY_BARS_PER_SECOND: String(1_000 / (tickMs * ticksPerBar)),
      MARKET_TICK_MS: String(tickMs),
    });
    for (const [index, bar] of rows().entries()) {
      const prices = Array.from({ length: ticksPerBar }, (_, tick) => {
        const elapsedMs = (index * ticksPerBar + tick + 1) * tickMs;
        return Number(provider.quote('QUOTES', STARTED_AT_MS + elapsedMs)?.last);
      });
      // The first tick comes a 40th of the way to the first extreme; both extremes fall on a tick.
      expect(Math.abs((prices[0] ?? 0) - bar.open)).toBeLessThan((bar.high - bar.low) / 40 + 0.011);
      expect(Math.max(...prices)).toBe(bar.high);
      expect(Math.min(...prices)).toBe(bar.low);
      expect(prices.at(-1)).toBe(bar.close);
    }
  });
});

describe('a replay folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bourse-replay-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const write = (file: string, ...lines: string[]) =>
    writeFile(join(folder, file), lines.join('\n'));

  it('gives a symbol for every .csv file, and leaves others alone', async () => {
    await write('spy.csv', HEADER, '2017-01-03,1,1,1,1,1');
    await write('BRK.B.CSV', HEADER, '2017-01-03,2,2,2,2,1');
    await write('notes.txt', 'nothing');
    const provider = await open(folder);
    expect(provider.instruments().map(({ symbol }) => symbol)).toEqual(['BRK.B', 'SPY']);
    expect(provider.quote('SPY', STARTED_AT_MS)?.last).toBe('1.00');
  });

  it('is another replay when a file or the speed changes, and the same one when it moves', async () => {
    const sources: string[] = [];
    const sourceOf = async (directory: string, barsPerSecond: number) => {
      const config = parseConfig({
        MARKET_PROVIDER: 'replay',
        MARKET_REPLAY_DIR: directory,
        MARKET_REPLAY_BARS_PER_SECOND: String(barsPerSecond),
      });
      const replays = {
        startedAtMs: (source: string, proposalMs: number) => {
          sources.push(source);
          return Promise.resolve(proposalMs);
        },
      };
      await createProvider(config, { nowMs: () => STARTED_AT_MS }, replays);
      return sources.at(-1);
    };
    const moved = join(folder, 'moved');
    await mkdir(moved);
    await write('SPY.csv', HEADER, '2017-01-03,1,1,1,1,1');
    await write('moved/SPY.csv', HEADER, '2017-01-03,1,1,1,1,1');
    const source = await sourceOf(folder, 1);
    expect(await sourceOf(moved, 1)).toBe(source);
    expect(await sourceOf(folder, 2)).not.toBe(source);
    await write('SPY.csv', HEADER, '2017-01-03,1,1,1,1,2');
    expect(await sourceOf(folder, 1)).not.toBe(source);
  });

  it.each([
    ['has no .csv file', [], 'has no .csv file'],
    [
      'has a file whose name is no symbol',
      ['my prices.csv'],
      'my prices.csv: its name is not a symbol',
    ],
    ['has a symbol twice', ['SPY.csv', 'spy.csv'], 'is the same symbol as'],
  ])('that %s stops the boot', async (_, files, message) => {
    for (const file of files) await write(file, HEADER, '2017-01-03,1,1,1,1,1');
    await expect(open(folder)).rejects.toMatchObject({
      code: 'market_data.bad_replay_file',
      message: expect.stringContaining(message),
    });
  });

  it('that does not exist stops the boot with one line that names it', async () => {
    const missing = join(folder, 'missing');
    await expect(open(missing)).rejects.toMatchObject({
      code: 'market_data.bad_replay_file',
      message: `bad replay data: MARKET_REPLAY_DIR ${missing}: cannot be read as a folder`,
    });
  });

  it('with a bad bar stops the boot with one line that names the file and the line', async () => {
    await write('GOOD.csv', HEADER, '2017-01-03,1,1,1,1,1');
    await write('ODD.csv', HEADER, '2017-01-03,1,1,1,1,1', '2017-01-04,1,1,2,1,1');
    await expect(open(folder)).rejects.toMatchObject({
      message: 'bad replay data: ODD.csv line 3: high is below low',
    });
  });

  it('with a folder named like a file stops the boot', async () => {
    await mkdir(join(folder, 'SPY.csv'));
    await expect(open(folder)).rejects.toMatchObject({
      message: 'bad replay data: SPY.csv: cannot be read',
    });
  });
});
