import { LocalEndings } from './local-endings.js';
import { tokenOwner } from './session-token.js';

describe('what a process knows to have ended', () => {
  it('is not forgotten for tokens that somebody makes up', () => {
    const endings = new LocalEndings();
    endings.end('ended');
    for (let i = 0; i < 30_000; i += 1) endings.isUnknown(`made-up-${i}`);
    expect(endings.has('ended')).toBe(true);
    expect(endings.has('made-up-29999')).toBe(true);
    expect(endings.has('another')).toBe(false);
  });

  it('is the latest generation, in whatever order it heard of them', () => {
    const endings = new LocalEndings();
    const ada = tokenOwner('ada');
    for (const generation of [2, 3, 1]) endings.endBefore(ada, generation);
    expect([1, 2, 3].map((generation) => endings.isBefore(ada, generation))).toEqual([
      true,
      true,
      false,
    ]);
    expect(endings.isBefore(tokenOwner('bob'), 0)).toBe(false);
  });
});
