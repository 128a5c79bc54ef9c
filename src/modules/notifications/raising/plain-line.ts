/** Control characters, line and paragraph separators: what could end a line, a header or a cell. */
const BREAKS = /[\p{Cc}\p{Zl}\p{Zp}]+/gu;
/** Halves of characters, which UTF-8 has no bytes for, and signs that turn the reading direction of what follows. */
const INVISIBLE = /[\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Any text as one line of plain text, at most `maxLength` UTF-16 units long: safe in a database, a mail header
 * and beside other text. It is not HTML: escape it there.
 */
export function plainLine(text: string, maxLength: number): string {
  // Far more than is kept, and still bounded: the text may be anything.
  const line = text
    .slice(0, maxLength * 4)
    .replaceAll(BREAKS, ' ')
    .replaceAll(INVISIBLE, '')
    .trim();
  if (line.length <= maxLength) return line;
  // Cutting may halve a character.
  return `${line.slice(0, maxLength - 1).replaceAll(INVISIBLE, '')}…`;
}
