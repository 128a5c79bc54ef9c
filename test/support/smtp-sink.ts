import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Who signed in, if anybody. */
  readonly user: string | undefined;
  /** Header lines, unfolded. */
  readonly headers: readonly string[];
  /** All parts, decoded. */
  readonly body: string;
}

export interface SmtpSinkOptions {
  /** Default: a free one. */
  readonly port?: number;
  /** Set: it wants exactly this sign-in. */
  readonly login?: { readonly user: string; readonly password: string };
  /** Offers STARTTLS under a certificate that nobody trusts. */
  readonly startTls?: boolean;
}

const MAX_MAIL_BYTES = 1_000_000;

/** A mail server on this machine that keeps what it gets. */
export class SmtpSink {
  readonly mails: ReceivedMail[] = [];
  /** Its reply to a recipient, such as 550; default: it takes all. */
  replyTo: (address: string) => number = () => 250;
  /** Does not greet: whoever connects waits for ever. */
  stalls = false;
  /** Holds its answer to a message back until this resolves. */
  beforeTaking: () => Promise<void> = () => Promise.resolve();
  readonly #server: SMTPServer;

  private constructor({ login, startTls = false }: SmtpSinkOptions) {
    this.#server = new SMTPServer({
      logger: false,
      disabledCommands: [...(startTls ? [] : ['STARTTLS']), ...(login ? [] : ['AUTH'])],
      allowInsecureAuth: true,
      authOptional: login === undefined,
      size: MAX_MAIL_BYTES,
      disableReverseLookup: true,
      closeTimeout: 100,
      onConnect: (_, done) => {
        if (!this.stalls) done();
      },
      onAuth: ({ username, password }, _, done) => {
        const known = username === login?.user && password === login?.password;
        if (known) done(null, { user: username });
        else done(new Error('wrong user or password'));
      },
      onRcptTo: ({ address }, _, done) => {
        const reply = this.replyTo(address);
        if (reply < 400) return done();
        done(Object.assign(new Error('not here'), { responseCode: reply }));
      },
      onData: (stream, { envelope, user }, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          void this.beforeTaking().then(() => {
            this.mails.push({
              from: envelope.mailFrom ? envelope.mailFrom.address : '',
              to: envelope.rcptTo.map(({ address }) => address),
              user: user as string | undefined,
              ...readMessage(Buffer.concat(chunks).toString('latin1')),
            });
            done();
          });
        });
      },
    });
    // Clients that hang up are part of the tests.
    this.#server.on('error', () => undefined);
  }

  static async start(options: SmtpSinkOptions = {}): Promise<SmtpSink> {
    const sink = new SmtpSink(options);
    await new Promise<void>((resolve, reject) => {
      sink.#server.once('error', reject);
      sink.#server.listen(options.port ?? 0, '127.0.0.1', resolve);
    });
    return sink;
  }

  get port(): number {
    return (this.#server.server.address() as AddressInfo).port;
  }

  mailsTo(address: string): ReceivedMail[] {
    return this.mails.filter(({ to }) => to.includes(address));
  }

  stop(): Promise<void> {
    return new Promise((resolve) => this.#server.close(resolve));
  }
}

function readMessage(message: string): { headers: string[]; body: string } {
  const end = message.indexOf('\r\n\r\n');
  const headers = message
    .slice(0, end)
    .replaceAll(/\r\n[ \t]+/g, ' ')
    .split('\r\n');
  return { headers, body: decodeParts(message.slice(end + 4), headers) };
}

/** The parts of a multipart message one after the other, else the message itself. */
function decodeParts(body: string, headers: readonly string[]): string {
  const boundary = /boundary="?([^";]+)/i.exec(headers.join('\n'))?.[1];
  if (boundary === undefined) return decode(body, headers);
  return body
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => {
      const { headers: own, body: text } = readMessage(part.replace(/^\r\n/, ''));
      return `${own.join('\n')}\n\n${text}`;
    })
    .join('\n');
}

function decode(body: string, headers: readonly string[]): string {
  const encoding = /^content-transfer-encoding: *(\S+)/im.exec(headers.join('\n'))?.[1];
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8');
  const bytes =
    encoding === 'quoted-printable'
      ? body
          .replaceAll(/=\r\n/g, '')
          .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
      : body;
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
