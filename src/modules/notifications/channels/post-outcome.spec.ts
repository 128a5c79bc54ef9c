import { postOutcome, saysGone, type Receiver } from './post-outcome.js';
import type { OutboundAnswer } from './outbound-http.js';

const NOW = new Date('2026-11-28T12:00:00Z');
const receiver: Receiver = {
  channel: 'webhook',
  name: 'The receiver',
  gone: [410],
  goneReason: 'It is gone.',
  mayPass: (status) => status >= 500 || status === 429,
};
const answered = (status: number, retryAfterMs: number | null = null): OutboundAnswer => ({
  kind: 'answered',
  status,
  retryAfterMs,
});
const failureOf = (answer: OutboundAnswer) => {
  const outcome = postOutcome(answer, receiver, NOW);
  return outcome.kind === 'failed' ? outcome.failure : undefined;
};

describe('the answer of a receiver', () => {
  it.each([200, 201, 204, 299])('%i is the end of it', (status) => {
    expect(postOutcome(answered(status), receiver, NOW)).toEqual({ kind: 'sent', sentAt: NOW });
  });

  it.each([
    [answered(500), 'notifications.webhook_rejected', true],
    [answered(400), 'notifications.webhook_rejected', false],
    [answered(307), 'notifications.webhook_rejected', false],
    [answered(410), 'notifications.webhook_gone', false],
    [{ kind: 'unanswered', why: 'timeout' } as const, 'notifications.webhook_timeout', true],
    [{ kind: 'unanswered', why: 'refused' } as const, 'notifications.webhook_refused', false],
  ])('%j is %s, to be tried again: %s', (answer, code, retryable) => {
    expect(failureOf(answer)).toMatchObject({ code, retryable, retryAfterMs: 0 });
    expect(saysGone(answer, receiver)).toBe(code.endsWith('_gone'));
  });

  it('puts the next attempt off as it asks, by an hour at most, where it is busy and nowhere else', () => {
    const waits = [429, 503, 500, 502].map((status) => failureOf(answered(status, 120_000)));
    expect(waits.map((failure) => failure?.retryAfterMs)).toEqual([120_000, 120_000, 0, 0]);
    expect(failureOf(answered(429, 86_400_000))?.retryAfterMs).toBe(3_600_000);
    expect(failureOf(answered(429))?.retryAfterMs).toBe(0);
  });
});
