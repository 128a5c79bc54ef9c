// @ts-check
const REQUEST_MS = 15_000;

/**
 * One request over HTTP, as JSON; with a body it is a POST.
 * @param {string} url @param {string} path
 * @param {{ method?: string, token?: string, body?: object }} [request]
 * @returns {Promise<{ status: number, text: string } | undefined>} undefined: no answer
 */
export async function ask(url, path, { method, token, body } = {}) {
  try {
    const response = await fetch(url + path, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(REQUEST_MS),
    });
    return { status: response.status, text: await response.text() };
  } catch {
    return undefined;
  }
}
