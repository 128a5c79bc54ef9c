import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { newId } from '../kernel/ids.js';
import { problemOfStatus } from './problem-details.js';

/** What Node's parser calls what is wrong with a request, and the status that says it. */
const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};
const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

/** Answers what is not HTTP enough to become a request: the last words on its connection. */
export function answerUnreadableRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy(error);
    return;
  }
  sendLastWords(socket, STATUS_OF_CODE[error.code ?? ''] ?? 400, 'The request cannot be read.');
}

/**
 * Answers requests to change the protocol anywhere but on the sockets' path. Since somebody listens for
 * them (socket.io), Node hands all of them over, and without this they would get no answer at all.
 */
export function refuseOtherUpgrades(server: Server, socketPath: string): void {
  server.on('upgrade', (request, socket: Socket) => {
    if (request.url?.startsWith(socketPath)) return;
    sendLastWords(
      socket,
      400,
      'This server changes the protocol for live sockets alone: send no Upgrade header.',
    );
  });
}

function sendLastWords(socket: Socket, status: number, detail: string): void {
  const correlationId = newId();
  const body = JSON.stringify(problemOfStatus(status, detail, correlationId));
  socket.end(
    [
      `HTTP/1.1 ${status} ${REASONS[status]}`,
      'content-type: application/problem+json; charset=utf-8',
      `content-length: ${Buffer.byteLength(body)}`,
      `x-correlation-id: ${correlationId}`,
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}
