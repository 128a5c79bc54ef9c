import { EventEmitter } from 'node:events';
import { AppError } from '../kernel/app-error.js';
import { Authenticator, type Principal } from '../kernel/principal.js';
import type { EndedSessions, SessionStore } from '../redis/index.js';
import type { LiveSocket } from './live-messages.js';
import { SocketSessions } from './socket-sessions.js';

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

/** As much of a socket as a session has to do with. */
class OpenSocket extends EventEmitter {
  connected = true;
  readonly data: { principal: Principal };

  constructor(principal: Principal) {
    super();
    this.data = { principal };
  }

  disconnect(): void {
    this.connected = false;
    this.emit('disconnect');
  }
}

describe('the session of a socket', () => {
  let sessions: Sessions;
  let socket: OpenSocket;
  let alive: Principal;
  let tellEnded: (ended: EndedSessions) => void;
  let watched: SocketSessions;

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
    socket = new OpenSocket(alive);
    const store = {
      onEnded: (listener: typeof tellEnded) => void (tellEnded = listener),
    } as unknown as SessionStore;
    watched = new SocketSessions(sessions, { nowMs: () => Date.now() }, store);
  });
  afterEach(() => {
    socket.disconnect();
    jest.useRealTimers();
  });

  const watch = (one = socket) => watched.watch(one as unknown as LiveSocket);

  it('closes it within a second of its absolute end', async () => {
    watch();
    await jest.advanceTimersByTimeAsync(ENDS_AFTER_MS - 1);
    expect(socket.connected).toBe(true);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(socket.connected).toBe(false);
  });

  it.each([
    ['that session', { userId: 'u', sessionId: 's' }],
    ['all of the user', { userId: 'u', keptSessionId: undefined }],
    ['all of the user but another', { userId: 'u', keptSessionId: 'another' }],
  ])('closes it in the moment that it hears of the end of %s', (_, ended) => {
    watch();
    tellEnded(ended);
    expect(socket.connected).toBe(false);
  });

  it.each([
    ['another session', { userId: 'u', sessionId: 'another' }],
    ['all of the user but this', { userId: 'u', keptSessionId: 's' }],
    ['all of another user', { userId: 'v', keptSessionId: undefined }],
  ])('leaves it open when it hears of the end of %s', (_, ended) => {
    watch();
    tellEnded(ended);
    expect(socket.connected).toBe(true);
  });

  it('closes it at once when it ended during the handshake', async () => {
    sessions.answer = undefined;
    watch();
    await jest.advanceTimersByTimeAsync(0);
    expect(socket.connected).toBe(false);
  });

  it('closes it when a role was lost: it may follow what only that role is shown', async () => {
    watch();
    sessions.answer = { ...alive, roles: [] };
    await jest.advanceTimersByTimeAsync(30_000);
    expect(socket.connected).toBe(false);
  });

  it('gives it a role that was won', async () => {
    watch();
    sessions.answer = { ...alive, roles: ['trader', 'admin'] };
    await jest.advanceTimersByTimeAsync(30_000);
    expect(socket.connected).toBe(true);
    expect(socket.data.principal.roles).toEqual(['trader', 'admin']);
  });

  it('closes it when the grace of a token that was replaced is over, though its session goes on', async () => {
    const graceMs = 10_000;
    watch();
    tellEnded({ userId: 'u', sessionId: 'another', tokenRetiresAtMs: Date.now() });
    tellEnded({ userId: 'u', sessionId: 's', tokenRetiresAtMs: Date.now() + graceMs });
    const late = new OpenSocket({
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
    expect([socket.connected, late.connected]).toEqual([true, true]);
    const anew = new OpenSocket(alive);
    watch(anew);
    await jest.advanceTimersByTimeAsync(1_000);
    expect([socket.connected, late.connected, anew.connected]).toEqual([false, false, true]);
    anew.disconnect();
  });

  it('follows a session that begins again to its new end', async () => {
    watch();
    const endsAtMs = alive.credential.endsAtMs + ENDS_AFTER_MS;
    sessions.answer = { ...alive, credential: { ...alive.credential, endsAtMs } };
    await jest.advanceTimersByTimeAsync(2 * ENDS_AFTER_MS - 1);
    expect(socket.connected).toBe(true);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(socket.connected).toBe(false);
  });

  it('leaves it open while who could tell is away', async () => {
    watch();
    sessions.answer = new AppError('unavailable', 'session.unavailable', 'away');
    await jest.advanceTimersByTimeAsync(60_000);
    expect(socket.connected).toBe(true);
  });

  it('asks no more once it is closed', async () => {
    watch();
    await jest.advanceTimersByTimeAsync(0);
    socket.disconnect();
    const { asked } = sessions;
    await jest.advanceTimersByTimeAsync(120_000);
    expect(sessions.asked).toBe(asked);
  });
});
