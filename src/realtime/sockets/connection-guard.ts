import type { LiveNamespace, LiveSocket } from './live-socket.js';

type EngineServer = LiveNamespace['server']['engine'];

/** Of one connection, of whatever kind; requests have a smaller budget of their own, and who passes that is told so. */
const BURST = 5_000;
const PER_SECOND = 100;
/** A client that is refused may ask again over the same connection, a few times. */
const MAX_CONNECTS = 5;
const CONNECT = '0';

/**
 * Watches what comes over a connection before socket.io reads it: packets that no handler sees (namespaces that there are
 * not, answers to nothing, binary ones) cost us as much as requests do, and what we say to them waits to be sent.
 * @param maxUnsentBytes what waits for a client that sends on, at most
 */
export function guardConnections(
  engine: EngineServer,
  nowMs: () => number,
  maxUnsentBytes: number,
): void {
  engine.on('connection', (connection: LiveSocket['conn']) => {
    const { socket } = connection.request;
    let left = BURST;
    let atMs = nowMs();
    let connects = 0;
    connection.on('packet', ({ type, data }: { type: string; data?: unknown }) => {
      const elapsedMs = Math.max(0, nowMs() - atMs);
      atMs = nowMs();
      left = Math.min(BURST, left + (elapsedMs / 1_000) * PER_SECOND) - 1;
      const isMessage = type === 'message';
      if (isMessage && typeof data === 'string' && data.startsWith(CONNECT)) connects += 1;
      const isBinary = isMessage && typeof data !== 'string';
      const isTooMuch = left < 0 || connects > MAX_CONNECTS || isBinary;
      if (isTooMuch || socket.writableLength > maxUnsentBytes) socket.destroy();
    });
  });
}
