/** NUL and halves of surrogate pairs, as JSON.stringify writes them: legal JSON that no `jsonb` can hold. */
const UNSTORABLE = /(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/gi;

/** Whether PostgreSQL can keep a text that JSON.stringify wrote. */
export function isStorableJson(text: string): boolean {
  return text.search(UNSTORABLE) === -1;
}

/** The text with a replacement character for whatever cannot be kept. */
export function toStorableJson(text: string): string {
  return text.replace(UNSTORABLE, '$1\uFFFD');
}
