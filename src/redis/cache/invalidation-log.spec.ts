import fc from 'fast-check';
import { InvalidationLog } from './invalidation-log.js';

const names = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const steps = fc.array(
  fc.oneof(
    fc.record({ mark: names }),
    fc.record({ ask: fc.array(names, { minLength: 1, maxLength: 3 }) }),
  ),
  { maxLength: 80 },
);

/**
 * Plays the steps; for each question, asked for every earlier moment, what the log says and what is
 * true.
 */
function play(log: InvalidationLog, sequence: readonly ({ mark: string } | { ask: string[] })[]) {
  const history: { readonly tick: number; readonly name: string }[] = [];
  const moments = [log.now()];
  const answers: { said: boolean; truth: boolean }[] = [];
  for (const step of sequence) {
    if ('mark' in step) {
      log.mark(step.mark);
      history.push({ tick: log.now(), name: step.mark });
      moments.push(log.now());
    } else {
      for (const since of moments) {
        const truth = !history.some(({ tick, name }) => tick > since && step.ask.includes(name));
        answers.push({ said: log.isClean(step.ask, since), truth });
      }
    }
  }
  return answers;
}

describe('the invalidation log', () => {
  it('knows exactly what was invalidated since a moment, while it remembers all names', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        for (const { said, truth } of play(new InvalidationLog(10), sequence))
          expect(said).toBe(truth);
      }),
    );
  });

  it('never calls clean what was invalidated, however little it remembers', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 4 }), (sequence, size) => {
        for (const { said, truth } of play(new InvalidationLog(size), sequence)) {
          if (said) expect(truth).toBe(true);
        }
      }),
    );
  });

  it('calls a name clean from the moment of the last invalidation of all on', () => {
    const log = new InvalidationLog(1);
    for (const name of ['a', 'b', 'c']) log.mark(name);
    expect(log.isClean(['a', 'b', 'c', 'never'], log.now())).toBe(true);
  });
});
