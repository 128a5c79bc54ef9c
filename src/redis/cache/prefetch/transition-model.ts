export interface TransitionOptions {
  /** Share of the reads after one shape that must have gone to the next, 0–1. */
  readonly minConfidence: number;
  /** Reads after a shape, as far as they are still remembered, below which nothing is predicted. */
  readonly minSupport: number;
  /** Reads after a shape at which all counts of it are halved: what was learned fades as habits change. */
  readonly memory: number;
  /** Shapes that are remembered at all; of each as many next ones. */
  readonly maxShapes: number;
}

interface After {
  total: number;
  readonly next: Map<string, number>;
}

/**
 * What readers ask for after what: a first-order Markov chain over shapes of reads ("a quote", "the bars of the same
 * symbol"), learned from all readers together. Bounded by `maxShapes`²; a prediction costs one look-up per next shape.
 */
export class TransitionModel {
  readonly #options: TransitionOptions;
  readonly #after = new Map<string, After>();

  constructor(options: TransitionOptions) {
    this.#options = options;
  }

  learn(from: string, to: string): void {
    const after = this.#after.get(from) ?? this.#begin(from);
    if (after === undefined) return;
    const { memory, maxShapes } = this.#options;
    const known = after.next.get(to);
    if (known === undefined && after.next.size >= maxShapes) return;
    after.next.set(to, (known ?? 0) + 1);
    after.total += 1;
    if (after.total >= memory) halve(after);
  }

  /** @returns the next shape that is likely enough; undefined: none is. */
  predict(from: string): string | undefined {
    const { minConfidence, minSupport } = this.#options;
    const after = this.#after.get(from);
    if (after === undefined || after.total < minSupport) return undefined;
    let likeliest: string | undefined;
    let most = 0;
    for (const [shape, count] of after.next) {
      if (count > most) [likeliest, most] = [shape, count];
    }
    return most / after.total >= minConfidence ? likeliest : undefined;
  }

  #begin(from: string): After | undefined {
    if (this.#after.size >= this.#options.maxShapes) return undefined;
    const after: After = { total: 0, next: new Map() };
    this.#after.set(from, after);
    return after;
  }
}

/** What was seen once in a while is forgotten, and makes room. */
function halve(after: After): void {
  let total = 0;
  for (const [shape, count] of after.next) {
    const half = Math.floor(count / 2);
    if (half === 0) after.next.delete(shape);
    else after.next.set(shape, half);
    total += half;
  }
  after.total = total;
}
