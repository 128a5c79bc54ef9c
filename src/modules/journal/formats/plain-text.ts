const UNSHOWABLE = /[\p{Cc}\p{Cs}]+/gu;

/** Text of a stranger's file as it may be stored and shown: one line, whole characters, bounded. */
export function plainText(text: string, maxLength: number): string {
  // Cut coarsely first: a cell may be long, and counting characters walks through all of it.
  const characters = Array.from(
    text
      .slice(0, maxLength * 4)
      .replace(UNSHOWABLE, ' ')
      .trim(),
  );
  return characters.length <= maxLength
    ? characters.join('')
    : `${characters.slice(0, maxLength - 1).join('')}…`;
}
