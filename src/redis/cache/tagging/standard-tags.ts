/**
 * The tags that every cache carries whose parameters name a user, a symbol or a model, beside the tags of its
 * owner: all of a user, a symbol or a model can be dropped at once, in whichever modules it is cached.
 */

/** For when nothing may be left of a user: what the user may do has changed, or the account is closed. */
export const byUser = (userId: string): string => `user:${userId}`;

/** For when what was known of a symbol was wrong: a corrected bar, another instrument of that name. */
export const bySymbol = (symbol: string): string => `symbol:${symbol}`;

/** For when a model answers otherwise than before: it was trained again. */
export const byModel = (modelId: string): string => `model:${modelId}`;
