/** In a row. */
const FAULTS_TO_OPEN = 3;

/**
 * What shows how the store is: the calls of readers and writers, and the beats, each counted for itself. A beat is small
 * and goes to one server, so it says nothing about calls that fail; reads may well succeed where a beat, which writes, does
 * not (a demoted primary).
 */
export type Sign = 'call' | 'beat';

/** Faults in a row, in the order in which they are known. One success between, and they are scattered ones. */
export class FaultStreaks {
  readonly #lengths: Record<Sign, number> = { call: 0, beat: 0 };

  succeeded(sign: Sign): void {
    this.#lengths[sign] = 0;
  }

  /** @returns whether that was one too many */
  failed(sign: Sign): boolean {
    this.#lengths[sign] += 1;
    return this.#lengths[sign] >= FAULTS_TO_OPEN;
  }

  /** Whether the last of this kind was a fault. */
  lasts(sign: Sign): boolean {
    return this.#lengths[sign] > 0;
  }

  end(): void {
    this.#lengths.call = 0;
    this.#lengths.beat = 0;
  }
}
