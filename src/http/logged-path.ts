/** Longer than an id, and no longer than a session's token or an API key. */
const TOKEN = /[\w-]{43,}/g;

/** The path of a request as logs may have it: without its query, and without what somebody put there that is a token. */
export function loggedPath(url: string): string {
  const [path = ''] = url.split('?', 1);
  return path.replace(TOKEN, '[redacted]');
}
