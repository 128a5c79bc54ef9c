import { EventEmitter } from 'node:events';
import { AppError } from '../kernel/app-error.js';
import { Authenticator, type Principal } from '../kernel/principal.js';
import type { LiveSocket } from './live-messages.js';
import { SocketSessions } from './socket-sessions.js';

const alive: Principal = { userId: 'u', sessionId: 's', roles: ['trader'] };

/** Answers what a test sets, and counts the questions. */
class Sessions extends Authenticator {
  asked = 0;
  answer: Principal | AppError | undefined = alive;

  override authenticate(): Promise<Principal | undefined> {
    this.asked += 1;
    if (this.answer instanceof AppError) return Promise.reject(this.answer);
    return Promise.resolve(this.answer);
  }
}

/** As much of a socket as a session has to do with. */
class OpenSocket extends EventEmitter {
  connected = true;
  readonly data = { principal: alive, token: 'token' };

  disconnect(): void {
    this.connected = false;
    this.emit('disconnect');
  }
}

describe('the session of a socket', () => {
  let sessions: Sessions;
  let socket: OpenSocket;

  beforeEach(() => {
    jest.useFakeTimers();
    sessions = new Sessions();
    socket = new OpenSocket();
  });
  afterEach(() => void jest.useRealTimers());

  const watch = () => new SocketSessions(sessions).watch(socket as unknown as LiveSocket);

  it('closes it within 30 s of its end, whichever limit ended it', async () => {
    watch();
    await jest.advanceTimersByTimeAsync(120_000);
    expect(socket.connected).toBe(true);
    sessions.answer = undefined;
    await jest.advanceTimersByTimeAsync(30_000);
    expect(socket.connected).toBe(false);
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

  it('leaves it open while the session store is away', async () => {
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
