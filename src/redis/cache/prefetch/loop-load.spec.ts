import { LoopLoad } from './loop-load.js';

/** A loop that is busy and idle when it is told to. */
function loop() {
  const time = { nowMs: 10_000, activeMs: 7_000 };
  return {
    load: new LoopLoad({ nowMs: () => time.nowMs, activeMs: () => time.activeMs }),
    pass: (busyMs: number, idleMs: number) => {
      time.nowMs += busyMs + idleMs;
      time.activeMs += busyMs;
    },
  };
}

describe('the load of the event loop', () => {
  it('is the share of its time that it was busy with since the last look, whatever was before', () => {
    const { load, pass } = loop();
    pass(450, 150);
    expect(load.share()).toBe(0.75);
    pass(0, 1_000);
    expect(load.share()).toBe(0);
    pass(600, 0);
    expect(load.share()).toBe(1);
  });

  it('does not jump with what happens within a moment', () => {
    const { load, pass } = loop();
    pass(100, 900);
    expect(load.share()).toBe(0.1);
    pass(400, 0);
    expect(load.share()).toBe(0.1);
    pass(0, 400);
    expect(load.share()).toBe(0.5);
  });
});
