import {
  createServer,
  type IncomingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface StubAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A web server on this machine that keeps what it gets. */
export class HttpStub {
  readonly requests: ReceivedRequest[] = [];
  connections = 0;
  /** Its answer; undefined: it never comes. */
  answer: (request: ReceivedRequest, response: ServerResponse) => StubAnswer | undefined = () => ({
    status: 200,
  });
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((incoming, response) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      // Clients that hang up are part of the tests.
      incoming.on('error', () => undefined);
      incoming.on('end', () => {
        const { method = '', url: path = '', headers } = incoming;
        const request = { method, path, headers, body: Buffer.concat(chunks) };
        this.requests.push(request);
        const answer = this.answer(request, response);
        if (answer) response.writeHead(answer.status, answer.headers).end(answer.body);
      });
    });
    this.#server.on('connection', () => (this.connections += 1));
  }

  static async start(): Promise<HttpStub> {
    const stub = new HttpStub();
    await new Promise<void>((resolve) => stub.#server.listen(0, '127.0.0.1', resolve));
    return stub;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** On all who are being answered. */
  hangUp(): void {
    this.#server.closeAllConnections();
  }

  stop(): Promise<void> {
    this.hangUp();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}
