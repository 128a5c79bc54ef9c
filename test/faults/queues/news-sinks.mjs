// @ts-check
import { createServer } from 'node:http';
import { SMTPServer } from 'smtp-server';

/** Between taking a message and saying so: whoever sends is killed then, too. */
const ANSWER_MS = 150;

/** A mail server and a receiver of webhooks, on this machine, that write down by which id each message came. */
export class NewsSinks {
  /** Of notifications, as often as they came. @type {string[]} */
  mails = [];
  /** @type {string[]} */
  webhooks = [];
  /** Taken, and not answered yet. */
  open = 0;
  #smtp = new SMTPServer({
    logger: false,
    disabledCommands: ['STARTTLS', 'AUTH'],
    authOptional: true,
    disableReverseLookup: true,
    closeTimeout: 100,
    onData: (stream, _, done) => {
      let text = '';
      stream.on('data', (/** @type {Buffer} */ chunk) => (text += chunk.toString('latin1')));
      stream.on('end', () => this.#take(this.mails, /^message-id: <(.+)@/im.exec(text)?.[1], done));
    },
  });
  #http = createServer((request, response) => {
    const id = request.headers['webhook-id'];
    request.resume().on('end', () => {
      this.#take(this.webhooks, id?.toString(), () => response.writeHead(204).end());
    });
  });

  static async start() {
    const sinks = new NewsSinks();
    // A sender that was killed has hung up.
    sinks.#smtp.on('error', () => undefined);
    await new Promise((resolve) => sinks.#smtp.listen(0, '127.0.0.1', () => resolve(undefined)));
    await new Promise((resolve) => sinks.#http.listen(0, '127.0.0.1', () => resolve(undefined)));
    return sinks;
  }

  get smtpPort() {
    return portOf(this.#smtp.server);
  }

  get webhookUrl() {
    return `http://127.0.0.1:${portOf(this.#http)}/hook`;
  }

  /** @param {string[]} taken @param {string | undefined} id @param {() => void} answer */
  #take(taken, id = '', answer) {
    taken.push(id);
    this.open += 1;
    setTimeout(() => {
      this.open -= 1;
      answer();
    }, ANSWER_MS);
  }

  async stop() {
    this.#http.closeAllConnections();
    await Promise.all([
      new Promise((resolve) => this.#http.close(resolve)),
      new Promise((resolve) => this.#smtp.close(() => resolve(undefined))),
    ]);
  }
}

/** @param {{ address: () => string | import('node:net').AddressInfo | null }} server */
function portOf(server) {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : NaN;
}
