import { MINUTE_MS } from '../../kernel/duration.js';
import { byUser, defineCache } from '../../redis/index.js';
import { storedAnswerSchema, type StoredAnswer } from './ai-chat.dto.js';

/** Encrypted: an answer tells what somebody holds, and what they think of doing. */
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
