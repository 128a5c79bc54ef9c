/** As many times a text is sent in full before it gets a name: pgjdbc's `prepareThreshold` has the same default. */
const SENT_BEFORE = 5;
/** Each name is a statement that every connection may keep on the server: about 20 KB there. */
const MOST_NAMES = 300;
/** Texts that are counted still, and mostly never come again: those with lists of other lengths each time. */
const MOST_COUNTED = 1_000;

/**
 * Which statements are worth to be prepared: those that come again and again. A prepared statement is parsed once a
 * connection, planned once where one plan serves all values, and sent as its name and its values.
 */
export class StatementNames {
  readonly #names = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  /** @returns the name of the text, the same for ever; undefined when it is to be sent as it is */
  nameOf(text: string): string | undefined {
    const name = this.#names.get(text);
    if (name !== undefined || this.#names.size >= MOST_NAMES) return name;
    const count = (this.#counts.get(text) ?? 0) + 1;
    if (count <= SENT_BEFORE) {
      if (this.#counts.size >= MOST_COUNTED) this.#counts.clear();
      this.#counts.set(text, count);
      return undefined;
    }
    this.#counts.delete(text);
    const given = `bourse_${this.#names.size + 1}`;
    this.#names.set(text, given);
    return given;
  }
}
