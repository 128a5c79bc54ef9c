/**
 * What `load` answers, asked again only once the last answer is older than `forMs`. Callers at the same
 * time share one load; an error is not remembered. For figures that cost something and may be a little old.
 */
export function remembered<T>(
  forMs: number,
  load: () => Promise<T>,
  nowMs: () => number = () => performance.now(),
): () => Promise<T> {
  let answer: Promise<T> | undefined;
  let until = Infinity;
  return () => {
    if (answer !== undefined && nowMs() < until) return answer;
    // Nobody asks twice while the load is under way.
    until = Infinity;
    const asked = load();
    answer = asked;
    asked.then(
      () => {
        if (answer === asked) until = nowMs() + forMs;
      },
      () => {
        if (answer === asked) answer = undefined;
      },
    );
    return asked;
  };
}
