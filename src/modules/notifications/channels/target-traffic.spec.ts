import { TargetTraffic, type Admission } from './target-traffic.js';

describe('requests to what users have named', () => {
  let nowMs: number;
  let traffic: TargetTraffic;
  beforeEach(() => {
    nowMs = 1_000_000;
    traffic = new TargetTraffic({ nowMs: () => nowMs });
  });

  const enter = (userId = 'ada', targetId = `${userId}-1`) => traffic.enter(userId, targetId);
  const leave = (admission: Admission, timedOut = false) => {
    if (admission.kind === 'wait') throw new Error('it was not let in');
    admission.leave({ timedOut });
  };
  const waitOf = (admission: Admission) => (admission.kind === 'wait' ? admission.waitMs : 0);

  it('are two a user at once, whatever the target, and those of others are none of theirs', () => {
    const first = enter();
    expect([first.kind, enter('ada', 'ada-2').kind, enter('ada', 'ada-3').kind]).toEqual([
      'go',
      'go',
      'wait',
    ]);
    expect([enter('bob').kind, enter('bob').kind]).toEqual(['go', 'go']);
    leave(first);
    expect([enter().kind, enter().kind]).toEqual(['go', 'wait']);
  });

  it('have turns as far apart as their receiver is slow', () => {
    const [one, two] = [enter(), enter()];
    nowMs += 4_000;
    leave(one);
    leave(two);
    const after = [enter(), enter(), enter(), enter(), enter()];
    expect(after.map(waitOf)).toEqual([0, 0, 2_000, 4_000, 6_000]);
    // Turns that have passed are nobody's; what is under way still is slower than anything before.
    nowMs += 60_000;
    expect(waitOf(enter())).toBe(5_000);
  });

  it('have a turn within minutes, however many wait', () => {
    const [one, two] = [enter(), enter()];
    nowMs += 60_000;
    leave(one);
    leave(two);
    const waits = Array.from({ length: 1_000 }, () => waitOf(enter()));
    expect(Math.max(...waits)).toBe(300_000);
  });

  it('are not made to a target that has not answered three times, but to try it after its rest', () => {
    for (let i = 0; i < 3; i += 1) leave(enter(), true);
    const refused = enter();
    expect(refused).toMatchObject({ kind: 'wait', down: true });
    expect(waitOf(refused)).toBeGreaterThanOrEqual(30_000);
    // Another target of the same user is.
    leave(enter('ada', 'ada-2'));
    nowMs += 30_000;
    const trial = enter();
    expect([trial.kind, enter().kind]).toEqual(['go', 'wait']);
    leave(trial);
    expect([enter().kind, enter().kind]).toEqual(['go', 'go']);
  });
});
