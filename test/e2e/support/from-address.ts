import { request } from 'node:http';

export interface PlainAnswer<Body> {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Body;
}

/**
 * Posts JSON from another address of this machine (all of 127.0.0.0/8 is). A string body goes as it is.
 */
export function postFrom<Body>(
  localAddress: string,
  url: string,
  body: unknown,
  token?: string,
): Promise<PlainAnswer<Body>> {
  return new Promise((answered, failed) => {
    const call = request(
      url,
      {
        method: 'POST',
        localAddress,
        agent: false,
        timeout: 10_000,
        headers: {
          'content-type': 'application/json',
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          answered({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: JSON.parse(Buffer.concat(chunks).toString()) as Body,
          }),
        );
      },
    );
    call.on('timeout', () => call.destroy(new Error(`${url} did not answer`)));
    call.on('error', failed);
    call.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
}
