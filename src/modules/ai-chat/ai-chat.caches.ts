import { MINUTE_MS } from '../../kernel/duration.js';
import { byUser, defineCache } from '../../redis/index.js';
import { storedAnswerSchema, type StoredAnswer } from './ai-chat.dto.js';

/**
 * Encrypted: an answer tells what somebody holds, and what they think of doing. No grace: an error of its source is an
 * answer (the quota is used up), and old advice beside new prices is worse than none.
 */
export const answerCache = defineCache<
  { readonly userId: string; readonly hash: string },
  StoredAnswer
>({
  name: 'ai.answers',
  namespace: 'ai',
  key: ({ userId, hash }) => `user:${userId}:prompt:${hash}`,
  ttlMs: 30 * MINUTE_MS,
  encrypt: true,
  tags: ({ userId }) => [byUser(userId)],
  schema: storedAnswerSchema,
});
