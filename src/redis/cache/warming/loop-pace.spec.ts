import fc from 'fast-check';
import { LoopPace } from './loop-pace.js';

/** Time that goes when it is told to, in all or in the loop's own. */
class TestMeter {
  #nowMs = 0;
  #activeMs = 0;
  nowMs = () => this.#nowMs;
  activeMs = () => this.#activeMs;

  work(ms: number): void {
    this.#nowMs += ms;
    this.#activeMs += ms;
  }

  idle(ms: number): void {
    this.#nowMs += ms;
  }
}

describe('the pace of work on the event loop', () => {
  it('never takes more than its share, over all pieces of work but the last', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.05, max: 1, noNaN: true }),
        fc.array(fc.nat(500), { minLength: 1 }),
        (loopShare, piecesMs) => {
          const meter = new TestMeter();
          const pace = new LoopPace({ loopShare, perSecond: Infinity }, meter);
          for (const pieceMs of piecesMs) {
            meter.idle(pace.nextInMs());
            expect(meter.activeMs()).toBeLessThanOrEqual(meter.nowMs() * loopShare + 0.001);
            const begunAtMs = meter.activeMs();
            meter.work(pieceMs);
            pace.done(begunAtMs);
          }
        },
      ),
    );
  });

  it('begins no more often than it may', () => {
    const meter = new TestMeter();
    const pace = new LoopPace({ loopShare: 1, perSecond: 10 }, meter);
    const begins = Array.from({ length: 4 }, () => {
      meter.idle(pace.nextInMs());
      return meter.nowMs();
    });
    expect(begins).toEqual([0, 100, 200, 300]);
  });

  it('counts what others keep the loop busy with', () => {
    const meter = new TestMeter();
    const pace = new LoopPace({ loopShare: 0.5, perSecond: Infinity }, meter);
    expect(pace.nextInMs()).toBe(0);
    meter.work(10);
    meter.work(90);
    pace.done(0);
    expect(pace.nextInMs()).toBe(100);
  });

  it('does not rest longer for what others did while it rested', () => {
    const meter = new TestMeter();
    const pace = new LoopPace({ loopShare: 0.25, perSecond: Infinity }, meter);
    for (let piece = 0; piece < 20; piece += 1) {
      const restMs = pace.nextInMs();
      expect(restMs).toBe(piece === 0 ? 0 : 30);
      meter.work(restMs);
      const begunAtMs = meter.activeMs();
      meter.work(10);
      pace.done(begunAtMs);
    }
  });

  it('counts once what two pieces side by side were busy with', () => {
    const meter = new TestMeter();
    const pace = new LoopPace({ loopShare: 0.5, perSecond: Infinity }, meter);
    meter.work(40);
    pace.done(0);
    meter.work(10);
    pace.done(0);
    expect(pace.nextInMs()).toBe(50 - 10);
  });
});
