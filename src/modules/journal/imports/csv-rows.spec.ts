import fc from 'fast-check';
import { inChunks } from './chunks.js';
import { readCsvRows, type CsvRow } from './csv-rows.js';

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of source) all.push(item);
  return all;
}

async function* pieces(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (const size of sizes) {
    yield bytes.subarray(at, at + size);
    at += size;
  }
  yield bytes.subarray(at);
}

async function rowsOf(text: string, ...sizes: number[]): Promise<CsvRow[]> {
  return collect(readCsvRows(pieces(Buffer.from(text), sizes)));
}

describe('the lines of a CSV', () => {
  it.each([
    ['delimiters', ','],
    ['text', 'x'],
  ])('are refused when one goes on and on with %s, wherever the chunks break', async (_, one) => {
    const text = `a,b\n1,2\n${one.repeat(200_000)}\n3,4`;
    for (const sizes of [[], [5, 70_000, 70_000]]) {
      await expect(rowsOf(text, ...sizes)).rejects.toMatchObject({
        code: 'journal.malformed_csv',
        details: { line: 3 },
      });
    }
  });

  it('are read without holding the thread: others have their turn every few lines', async () => {
    let turns = 0;
    let isReading = true;
    const others = (): void => {
      turns += 1;
      if (isReading) setImmediate(others);
    };
    others();
    // In one chunk, as a file is stored.
    const rows = await rowsOf('a,b\n'.repeat(10_000));
    isReading = false;
    expect(rows).toHaveLength(10_000);
    expect(turns).toBeGreaterThan(200);
  });

  it('have their cells trimmed, their number and how far the file is read', async () => {
    const text = 'a, b\r\n\r\n1,"2, or\n3"\n4,5';
    const rows = await rowsOf(text);
    expect(rows.map(({ cells }) => cells)).toEqual([
      ['a', 'b'],
      ['1', '2, or\n3'],
      ['4', '5'],
    ]);
    expect(rows.map(({ line }) => line)).toEqual([1, 4, 5]);
    expect(rows.at(-1)?.bytesRead).toBe(Buffer.byteLength(text));
  });

  it('are the same however the file is cut', async () => {
    const text = '\ufeffname,"q""uote"\r\nÄö,1\n"two\r\nlines",€\r\nlast,';
    const whole = await rowsOf(text);
    expect(whole).toHaveLength(4);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 12 }),
        async (sizes) => {
          expect((await rowsOf(text, ...sizes)).map(({ cells }) => cells)).toEqual(
            whole.map(({ cells }) => cells),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it('may be too short, too long or hold a stray quote', async () => {
    const rows = await rowsOf('a,b\n1\n1,2,3\n5" pipe,2');
    expect(rows.map(({ cells }) => cells)).toEqual([
      ['a', 'b'],
      ['1'],
      ['1', '2', '3'],
      ['5" pipe', '2'],
    ]);
  });

  it.each([
    ['a quote that is never closed', 'a,b\n1,"2\n'],
    ['a line without end', `a,b\n${'x'.repeat(40_000)}`],
  ])('end with an error that names the line for %s', async (_, text) => {
    await expect(rowsOf(text)).rejects.toMatchObject({
      code: 'journal.malformed_csv',
      details: { line: expect.any(Number) },
    });
  });

  it('stop with what stops their source', async () => {
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from('a\n1\n');
      throw new Error('gone');
    };
    await expect(collect(readCsvRows(broken()))).rejects.toThrow('gone');
  });

  it('let go of the source when nobody wants more', async () => {
    let closed = false;
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield Buffer.from('a,b\n');
      } finally {
        closed = true;
      }
    };
    for await (const row of readCsvRows(endless())) if (row.line > 3) break;
    await new Promise(setImmediate);
    expect(closed).toBe(true);
  });
});

describe('chunks', () => {
  it('are all of one size but the last, and together the same bytes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 30 })),
        fc.integer({ min: 1, max: 20 }),
        async (parts, size) => {
          const chunks = await collect(
            inChunks(
              (async function* () {
                yield* parts;
              })(),
              size,
            ),
          );
          expect(Buffer.concat(chunks)).toEqual(Buffer.concat(parts));
          expect(chunks.slice(0, -1).every(({ length }) => length === size)).toBe(true);
          expect(chunks.at(-1)?.length ?? 1).toBeGreaterThan(0);
        },
      ),
    );
  });
});
