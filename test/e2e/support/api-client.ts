import { randomBytes } from 'node:crypto';

export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** What every refusal looks like. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly correlationId: string;
  readonly details?: Record<string, unknown>;
}

export interface User {
  readonly id: string;
  readonly email: string;
  readonly roles: string[];
}

interface SignedIn {
  readonly user: User;
  readonly token: string;
}

const TIMEOUT_MS = 20_000;

/** Speaks to the public API as a program of a trader would. */
export class ApiClient {
  token: string | undefined;
  #user: User | undefined;
  #credentials: { readonly email: string; readonly password: string } | undefined;

  constructor(readonly url: string) {}

  get user(): User {
    if (!this.#user) throw new Error('nobody is signed in');
    return this.#user;
  }

  get<Body = unknown>(path: string, headers: Record<string, string> = {}): Promise<Answer<Body>> {
    return this.send('GET', path, undefined, headers);
  }

  post<Body = unknown>(
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<Body>> {
    return this.send('POST', path, body, headers);
  }

  patch<Body = unknown>(path: string, body: unknown): Promise<Answer<Body>> {
    return this.send('PATCH', path, body);
  }

  delete<Body = unknown>(path: string): Promise<Answer<Body>> {
    return this.send('DELETE', path);
  }

  /** A string body goes as it is. */
  async send<Body>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<Body>> {
    const response = await fetch(this.url + path, {
      method,
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(this.token !== undefined && { authorization: `Bearer ${this.token}` }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = (response.headers.get('content-type') ?? '').includes('json');
    return {
      status: response.status,
      headers: response.headers,
      body: (isJson && text !== '' ? JSON.parse(text) : text) as Body,
    };
  }

  async register(): Promise<this> {
    const input = newTrader();
    this.#credentials = input;
    const answer = await this.post<SignedIn>('/api/auth/register', input);
    if (answer.status !== 201) throw new Error(`registration answered ${answer.status}`);
    return this.#signIn(answer.body);
  }

  async login({ email, password }: { email: string; password: string }): Promise<this> {
    const answer = await this.post<SignedIn>('/api/auth/login', { email, password });
    if (answer.status !== 200) throw new Error(`login answered ${answer.status}`);
    return this.#signIn(answer.body);
  }

  /** Of who has registered here. */
  async signInAgain(): Promise<this> {
    if (!this.#credentials) throw new Error('nobody has registered');
    return this.login(this.#credentials);
  }

  #signIn({ user, token }: SignedIn): this {
    this.token = token;
    this.#user = user;
    return this;
  }
}

/** Somebody who has never registered. */
export function newTrader() {
  return {
    email: `trader-${randomBytes(6).toString('hex')}@example.com`,
    password: randomBytes(12).toString('base64url'),
    displayName: 'A Trader',
  };
}
