import fc from 'fast-check';
import { newId } from '../../kernel/ids.js';
import { StreamPlaces } from './stream-places.js';

const written = (entries: readonly (readonly [string, string, number])[]) => {
  const places = new StreamPlaces();
  for (const [channel, epoch, seq] of entries) places.reach(channel, { epoch, seq });
  return places.toString();
};

describe('the places of a stream', () => {
  const channel = fc.stringMatching(/^[a-z.-]{1,20}(:[A-Za-z0-9.-]{1,36})?$/);
  const epoch = fc.oneof(fc.uuid(), fc.stringMatching(/^[a-z0-9-]{1,21}$/));
  const seq = fc.nat();

  it('come back from an id as they went into it', () => {
    const entries = fc.uniqueArray(fc.tuple(channel, epoch, seq), {
      minLength: 1,
      maxLength: 20,
      selector: ([name]) => name,
    });
    fc.assert(
      fc.property(entries, (all) => {
        const read = StreamPlaces.parse(written(all));
        for (const [name, at, number] of all) {
          expect(read.of(name)).toEqual({ epoch: at, seq: number });
        }
      }),
    );
  });

  it('are nowhere, all of them, when a part of the id cannot be read', () => {
    const good = written([['trading.orders', newId(), 7]]);
    expect(StreamPlaces.parse(good).of('trading.orders')?.seq).toBe(7);
    for (const bad of [`${good},`, `${good},x`, `${good},a@b@-1`, `${good}${' '.repeat(5_000)}`]) {
      expect(StreamPlaces.parse(bad).of('trading.orders')).toBeUndefined();
    }
  });

  it('are nowhere for whatever else a client sends', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(StreamPlaces.parse(text.replaceAll('@', '')).toString()).toBe('');
      }),
    );
  });

  it('are forgotten where nobody knows them, and where the channel is not followed any more', () => {
    const places = StreamPlaces.parse(
      written([
        ['a', newId(), 1],
        ['b', newId(), 2],
      ]),
    );
    places.reach('a', { epoch: '', seq: 0 });
    expect(places.of('a')).toBeUndefined();
    places.keepOnly(['a']);
    expect(places.toString()).toBe('');
  });

  it('take little room: 41 characters for a channel of the usual kind', () => {
    expect(written([['trading.orders', newId(), 123]])).toHaveLength(41);
  });
});
