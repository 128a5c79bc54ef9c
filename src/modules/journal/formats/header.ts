/** The header of a file: finds columns by what they are called, whatever the spelling. */
export class Header {
  readonly #indexes = new Map<string, number>();

  constructor(readonly names: readonly string[]) {
    names.forEach((name, index) => {
      const key = headerKey(name);
      // Of two columns with one name the first counts, as for a person who reads from the left.
      if (key !== '' && !this.#indexes.has(key)) this.#indexes.set(key, index);
    });
  }

  /** The column of the first of these names that there is. */
  find(...names: readonly string[]): Column | undefined {
    for (const name of names) {
      const index = this.#indexes.get(headerKey(name));
      if (index !== undefined) return new Column(this.names[index] ?? name, index);
    }
    return undefined;
  }

  hasAll(...names: readonly string[]): boolean {
    return names.every((name) => this.#indexes.has(headerKey(name)));
  }
}

export class Column {
  constructor(
    readonly name: string,
    readonly index: number,
  ) {}

  /** The cell of this column; empty where the line is too short. */
  of(cells: readonly string[]): string {
    return cells[this.index] ?? '';
  }
}

/** `Fees & Comm`, `fees_comm` and `FeesComm` are one name. */
export function headerKey(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');
}
