/** `AAPL`, `BRK.B`, and with a `$` also `$V` and `$aapl`. */
const MENTION = /\$([A-Za-z][A-Za-z0-9.-]{0,11})|\b([A-Z][A-Z0-9.-]{1,11})/g;

/**
 * The instruments that a text names, in the order of their first mention. A single capital letter is a
 * word more often than a symbol (`V`), and counts with a `$` alone.
 * @param isKnown of a symbol in upper case
 */
export function namedSymbols(
  text: string,
  isKnown: (symbol: string) => boolean,
  limit: number,
): string[] {
  const found = new Set<string>();
  for (const [, marked, plain] of text.matchAll(MENTION)) {
    // The end of a sentence is no part of the symbol.
    const symbol = (marked ?? plain ?? '').toUpperCase().replace(/[.-]+$/, '');
    if (found.size < limit && isKnown(symbol)) found.add(symbol);
  }
  return [...found];
}
