import { AppError } from '../../kernel/app-error.js';
import { SECOND_MS } from '../../kernel/duration.js';

export const promptTooLong = (length: number, limit: number) =>
  new AppError('invalid', 'ai.prompt_too_long', `A prompt has at most ${limit} characters.`, {
    details: { length, limit },
  });

export const unknownChatSymbol = (symbol: string) =>
  new AppError('unprocessable', 'ai.unknown_symbol', `There is no instrument ${symbol}.`, {
    details: { symbol },
  });

export function quotaExceeded(limit: number, resetAtMs: number, nowMs: number): AppError {
  return new AppError(
    'too_many_requests',
    'ai.quota_exceeded',
    `You have asked all ${limit} questions of this day (UTC).`,
    {
      details: {
        limit,
        resetAt: new Date(resetAtMs).toISOString(),
        retryAfterSeconds: Math.max(1, Math.ceil((resetAtMs - nowMs) / SECOND_MS)),
      },
    },
  );
}

/** Why a model gave no answer; safe to show. */
export type ModelFailure =
  'unreachable' | 'refused' | 'rate_limited' | 'failed' | 'unreadable' | 'too_large';

export const modelUnavailable = (reason: ModelFailure, cause?: unknown) =>
  new AppError('unavailable', 'ai.model_unavailable', 'The language model gave no answer.', {
    details: { reason },
    cause,
  });

export const modelTimeout = (timeoutMs: number) =>
  new AppError('timeout', 'ai.model_timeout', 'The language model did not answer in time.', {
    details: { timeoutMs },
  });
