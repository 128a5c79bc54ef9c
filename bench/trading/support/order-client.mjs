// @ts-check
import { Agent, request } from 'node:http';

/** Posts JSON over connections that are kept open. */
export class OrderClient {
  #url;
  #agent;

  /** @param {string} url @param {number} connections */
  constructor(url, connections) {
    this.#url = new URL(url);
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  /**
   * @param {string} path @param {object} body @param {string} [token]
   * @returns {Promise<any>} the answer's body @throws when it is a refusal
   */
  post(path, body, token) {
    return this.#ask('POST', path, JSON.stringify(body), token);
  }

  /** @param {string} path @param {string} [token] @returns {Promise<any>} */
  delete(path, token) {
    return this.#ask('DELETE', path, '', token);
  }

  /** @param {string} method @param {string} path @param {string} text @param {string | undefined} token */
  #ask(method, path, text, token) {
    return new Promise((resolve, reject) => {
      const { hostname, port } = this.#url;
      const headers = {
        ...(text !== '' && {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(text),
        }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      };
      const options = { agent: this.#agent, method, hostname, port, path, headers };
      const asking = request(options, (response) => {
        let answer = '';
        response.setEncoding('utf8');
        response.on('data', (/** @type {string} */ chunk) => (answer += chunk));
        response.on('end', () => {
          const { statusCode = 0 } = response;
          if (statusCode >= 200 && statusCode < 300) resolve(JSON.parse(answer));
          else reject(new Error(`${path} answered ${statusCode}: ${answer}`));
        });
      });
      asking.on('error', reject);
      asking.end(text);
    });
  }

  close() {
    this.#agent.destroy();
  }
}
