import { AppError } from '../../kernel/app-error.js';
import { Authenticator, type Principal } from '../../kernel/principal.js';
import type { EndedSessions, SessionStore } from '../../redis/index.js';
import { ClientSessions } from './client-sessions.js';
import { LiveClient } from './live-client.js';

const ENDS_AFTER_MS = 600_000;

/** Answers what a test sets, and counts the questions. */
class Sessions extends Authenticator {
  asked = 0;
  answer: Principal | AppError | undefined;

  override authenticate(): Promise<Principal | undefined> {
    return this.renew();
  }

  override renew(): Promise<Principal | undefined> {
    this.asked += 1;
    if (this.answer instanceof AppError) return Promise.reject(this.answer);
    return Promise.resolve(this.answer);
  }
}

/** A client that is sent nothing. */
class OpenClient extends LiveClient {
  isOpen = true;
  readonly unsentBytes = 0;

  constructor(principal: Principal) {
    super(principal, '192.0.2.1');
  }

  override close(): void {
    this.isOpen = false;
    this.ended();
  }

  protected override write(): void {
    throw new Error('nothing is sent');
  }
}

describe('the session of a live client', () => {
  let sessions: Sessions;
  let client: OpenClient;
  let alive: Principal;
  let tellEnded: (ended: EndedSessions) => void;
  let watched: ClientSessions;

  beforeEach(() => {
    jest.useFakeTimers();
    const endsAtMs = Date.now() + ENDS_AFTER_MS;
    alive = {
      userId: 'u',
      credential: { kind: 'session', id: 's', endsAtMs },
      roles: ['trader'],
    };
    sessions = new Sessions();
    sessions.answer = alive;
    client = new OpenClient(alive);
    const store = {
      onEnded: (listener: typeof tellEnded) => void (tellEnded = listener),
    } as unknown as SessionStore;
    watched = new ClientSessions(sessions, { nowMs: () => Date.now() }, store);
  });
  afterEach(() => {
    client.close();
    jest.useRealTimers();
  });

  const watch = (one = client) => watched.watch(one);

  it('closes it within a second of its absolute end', async () => {
    watch();
    await jest.advanceTimersByTimeAsync(ENDS_AFTER_MS - 1);
    expect(client.isOpen).toBe(true);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(client.isOpen).toBe(false);
  });

  it.each([
    ['that session', { userId: 'u', sessionId: 's' }],
    ['all of the user', { userId: 'u', keptSessionId: undefined }],
    ['all of the user but another', { userId: 'u', keptSessionId: 'another' }],
  ])('closes it in the moment that it hears of the end of %s', (_, ended) => {
    watch();
    tellEnded(ended);
    expect(client.isOpen).toBe(false);
  });

  it.each([
    ['another session', { userId: 'u', sessionId: 'another' }],
    ['all of the user but this', { userId: 'u', keptSessionId: 's' }],
    ['all of another user', { userId: 'v', keptSessionId: undefined }],
  ])('leaves it open when it hears of the end of %s', (_, ended) => {
    watch();
    tellEnded(ended);
    expect(client.isOpen).toBe(true);
  });

  it('closes it at once when it ended during the handshake', async () => {
    sessions.answer = undefined;
    watch();
    await jest.advanceTimersByTimeAsync(0);
    expect(client.isOpen).toBe(false);
  });

  it('closes it when a role was lost: it may follow what only that role is shown', async () => {
    watch();
    sessions.answer = { ...alive, roles: [] };
    await jest.advanceTimersByTimeAsync(30_000);
    expect(client.isOpen).toBe(false);
  });

  it('gives it a role that was won', async () => {
    watch();
    sessions.answer = { ...alive, roles: ['trader', 'admin'] };
    await jest.advanceTimersByTimeAsync(30_000);
    expect(client.isOpen).toBe(true);
    expect(client.principal?.roles).toEqual(['trader', 'admin']);
  });

  it('closes it when the grace of a token that was replaced is over, though its session goes on', async () => {
    const graceMs = 10_000;
    watch();
    tellEnded({ userId: 'u', sessionId: 'another', tokenRetiresAtMs: Date.now() });
    tellEnded({ userId: 'u', sessionId: 's', tokenRetiresAtMs: Date.now() + graceMs });
    const late = new OpenClient({
      ...alive,
      credential: {
        kind: 'session',
        id: 's',
        endsAtMs: Date.now() + graceMs,
        isReplaced: true,
      },
    });
    watch(late);
    await jest.advanceTimersByTimeAsync(graceMs - 1);
    expect([client.isOpen, late.isOpen]).toEqual([true, true]);
    const anew = new OpenClient(alive);
    watch(anew);
    await jest.advanceTimersByTimeAsync(1_000);
    expect([client.isOpen, late.isOpen, anew.isOpen]).toEqual([false, false, true]);
    anew.close();
  });

  it('follows a session that begins again to its new end', async () => {
    watch();
    const endsAtMs = alive.credential.endsAtMs + ENDS_AFTER_MS;
    sessions.answer = { ...alive, credential: { ...alive.credential, endsAtMs } };
    await jest.advanceTimersByTimeAsync(2 * ENDS_AFTER_MS - 1);
    expect(client.isOpen).toBe(true);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(client.isOpen).toBe(false);
  });

  it('leaves it open while who could tell is away', async () => {
    watch();
    sessions.answer = new AppError('unavailable', 'session.unavailable', 'away');
    await jest.advanceTimersByTimeAsync(60_000);
    expect(client.isOpen).toBe(true);
  });

  it('asks no more once it is closed', async () => {
    watch();
    await jest.advanceTimersByTimeAsync(0);
    client.close();
    const { asked } = sessions;
    await jest.advanceTimersByTimeAsync(120_000);
    expect(sessions.asked).toBe(asked);
  });
});
