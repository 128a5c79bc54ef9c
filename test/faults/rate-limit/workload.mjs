// @ts-check

export const SUBJECTS = ['ada', 'bob', 'cyd'];
export const INSTANCES = 3;
export const POLICY = { limit: 60, windowMs: 2_000 };
/** What a process lets through on its own. */
export const SHARE = POLICY.limit / INSTANCES;
/** The shares of the others: all that a process cannot know of while Redis is away. */
export const OTHERS_SHARES = SHARE * (INSTANCES - 1);
