import fc from 'fast-check';
import { TransitionModel, type TransitionOptions } from './transition-model.js';

const options: TransitionOptions = {
  minConfidence: 0.6,
  minSupport: 10,
  memory: 64,
  maxShapes: 4,
};

function learned(pairs: readonly (readonly [string, string])[], changed = {}): TransitionModel {
  const model = new TransitionModel({ ...options, ...changed });
  for (const [from, to] of pairs) model.learn(from, to);
  return model;
}
const times = (count: number, from: string, to: string) =>
  Array.from({ length: count }, () => [from, to] as const);

describe('what readers ask for next', () => {
  it('is predicted once it was seen often enough, and clearly enough', () => {
    expect(learned(times(9, 'quote', 'candles')).predict('quote')).toBeUndefined();
    expect(learned(times(10, 'quote', 'candles')).predict('quote')).toBe('candles');
    const mixed = [...times(6, 'quote', 'candles'), ...times(4, 'quote', 'options')];
    expect(learned(mixed).predict('quote')).toBe('candles');
    expect(learned([...mixed, ['quote', 'options']]).predict('quote')).toBeUndefined();
    expect(learned(mixed).predict('candles')).toBeUndefined();
  });

  it('changes with the habits of the readers', () => {
    const model = learned(times(1_000, 'quote', 'candles'));
    for (const [from, to] of times(100, 'quote', 'options')) model.learn(from, to);
    expect(model.predict('quote')).toBe('options');
  });

  it('is never anything that was not seen to follow, nor from more shapes than remembered', () => {
    const shape = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g');
    fc.assert(
      fc.property(fc.array(fc.tuple(shape, shape), { maxLength: 500 }), (pairs) => {
        const model = learned(pairs);
        const predicted = [...'abcdefg'].flatMap((from) => {
          const to = model.predict(from);
          if (to === undefined) return [];
          expect(pairs).toContainEqual([from, to]);
          return [from];
        });
        expect(predicted.length).toBeLessThanOrEqual(options.maxShapes);
      }),
    );
  });

  it('follows the majority of what was seen lately', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 10, maxLength: 63 }), (reads) => {
        const model = learned(reads.map((isCandles) => ['quote', isCandles ? 'candles' : 'news']));
        const share = reads.filter(Boolean).length / reads.length;
        expect(model.predict('quote') === 'candles').toBe(share >= options.minConfidence);
      }),
    );
  });
});
