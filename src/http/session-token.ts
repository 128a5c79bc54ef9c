import type { FastifyReply, FastifyRequest } from 'fastify';

/** The cookie's name over HTTPS: browsers refuse `__Host-` unless Secure, host-only and for all paths. */
const SECURE_COOKIE = '__Host-session';
const PLAIN_COOKIE = 'session';
const BEARER = /^Bearer ([A-Za-z0-9_-]{16,256})$/i;
const COOKIE_TOKEN = /^[A-Za-z0-9_-]{16,256}$/;

export function sessionCookieName(secure: boolean): string {
  return secure ? SECURE_COOKIE : PLAIN_COOKIE;
}

/** The token of a request: `Authorization: Bearer` for programs, else the session cookie of browsers. */
export function readSessionToken(request: FastifyRequest, secure: boolean): string | undefined {
  const { authorization } = request.headers;
  if (authorization !== undefined) return BEARER.exec(authorization)?.[1];
  const cookie = request.cookies[sessionCookieName(secure)];
  return cookie !== undefined && COOKIE_TOKEN.test(cookie) ? cookie : undefined;
}

export function setSessionCookie(
  reply: FastifyReply,
  token: string,
  secure: boolean,
  expiresAtMs: number,
): void {
  void reply.setCookie(sessionCookieName(secure), token, {
    path: '/',
    httpOnly: true,
    secure,
    sameSite: 'strict',
    expires: new Date(expiresAtMs),
  });
}

export function clearSessionCookie(reply: FastifyReply, secure: boolean): void {
  void reply.clearCookie(sessionCookieName(secure), {
    path: '/',
    httpOnly: true,
    secure,
    sameSite: 'strict',
  });
}
