import { type AppError } from '../../../kernel/app-error.js';
import { CsvSniffer } from './csv-sniffer.js';

const HEADER = 'Date,Symbol,Side,Quantity,Price';
const ROW = '2024-01-02,A,buy,1,1';

function sniff(...chunks: (string | Uint8Array)[]): string {
  const sniffer = new CsvSniffer();
  try {
    for (const chunk of chunks) sniffer.take(Buffer.from(chunk as string));
    return sniffer.end();
  } catch (error) {
    return (error as AppError).code;
  }
}

describe('a file on its way in', () => {
  it.each([
    ['a plain table', `${HEADER}\n${ROW}`],
    ['Windows line ends', `${HEADER}\r\n${ROW}\r\n`],
    ['a byte order mark', `\ufeff${HEADER}\n${ROW}`],
    ['quoted names', `"Date","Symbol","Side","Quantity","Price"\n${ROW}`],
    ['blank lines before its header', `\n\n${HEADER}\n${ROW}`],
  ])('is known with %s', (_, text) => {
    expect(sniff(text)).toBe('generic');
  });

  it('may break anywhere, also within a character', () => {
    const bytes = Buffer.from(`${HEADER},Name\n${ROW},Münchener Rück`);
    const middle = bytes.indexOf('ü') + 1;
    expect(sniff(bytes.subarray(0, middle), bytes.subarray(middle))).toBe('generic');
    expect(sniff(bytes.subarray(0, middle))).toBe('journal.not_text');
  });

  it('takes no longer for being full of line breaks', () => {
    const startedAtMs = performance.now();
    expect(sniff(`${HEADER}${'\n'.repeat(131_000)}`)).toBe('journal.no_rows');
    // Some ms; 40 s when each break looked for what follows it.
    expect(performance.now() - startedAtMs).toBeLessThan(2_000);
  });

  it.each([
    ['nothing', [], 'journal.file_empty'],
    ['blank lines', ['\n \r\n\n'], 'journal.file_empty'],
    ['a header alone', [`${HEADER}\r\n \r\n`], 'journal.no_rows'],
    ['a header and blank chunks', [HEADER, '\n', '\n'], 'journal.no_rows'],
    ['other columns', ['a,b,c\n1,2,3'], 'journal.unknown_format'],
    ['a first line without end', [`Date,${'x'.repeat(131_000)}`], 'journal.unknown_format'],
    ['a quote that is never closed', [`"Date\n${HEADER}\n${ROW}`], 'journal.unknown_format'],
    ['semicolons', [`${HEADER}\n${ROW}`.replaceAll(',', ';')], 'journal.unsupported_delimiter'],
    ['tabs', [`${HEADER}\n${ROW}`.replaceAll(',', '\t')], 'journal.unsupported_delimiter'],
    ['UTF-16', [Buffer.from(`\ufeff${HEADER}`, 'utf16le')], 'journal.unsupported_encoding'],
    ['UTF-16 without a mark', [Buffer.from(HEADER, 'utf16le')], 'journal.not_text'],
    ['Latin-1', [Buffer.from(`${HEADER},é\n${ROW}`, 'latin1')], 'journal.not_text'],
    ['a NUL behind', [`${HEADER}\n${ROW}`, 'A\0'], 'journal.not_text'],
  ])('is refused with %s', (_, chunks, code) => {
    expect(sniff(...chunks)).toBe(code);
  });

  it('tells which columns it misses', () => {
    const take = () => new CsvSniffer().take(Buffer.from('Date,Ticker,Quantity\n1,2,3'));
    expect(take).toThrow(
      expect.objectContaining({
        details: { missing: ['side', 'price'], found: ['Date', 'Ticker', 'Quantity'] },
      }),
    );
  });
});
