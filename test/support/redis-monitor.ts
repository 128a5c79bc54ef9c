import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** As MONITOR tells it: arguments are quoted as it quotes them. */
export interface SeenCommand {
  /** In lower case. */
  readonly name: string;
  readonly args: readonly string[];
  /** The client's address; `lua`: a script runs it. */
  readonly source: string;
}

export type CommandListener = (command: SeenCommand) => void;

/**
 * Hears every command that a server runs, those of its scripts too. On a socket of its own: ioredis's `monitor()` takes
 * lines that come along with the server's OK for replies, and fails.
 */
export class RedisMonitor {
  readonly #listeners: CommandListener[] = [];

  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  static async open(url: string): Promise<RedisMonitor> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    const monitor = new RedisMonitor(socket);
    const lines = createInterface(socket);
    const ok = once(lines, 'line');
    socket.write('MONITOR\r\n');
    const [answer] = (await ok) as [string];
    if (answer !== '+OK') throw new Error(`MONITOR was answered with ${answer}`);
    lines.on('line', (line) => monitor.#tell(line));
    return monitor;
  }

  onCommand(listener: CommandListener): void {
    this.#listeners.push(listener);
  }

  close(): void {
    this.#socket.destroy();
  }

  /** `+1795835439.495984 [0 127.0.0.1:58000] "get" "key"` */
  #tell(line: string): void {
    const [, source = '', rest = ''] = /^\S+ \[\d+ ([^\]]*)\] (.*)$/.exec(line) ?? [];
    const [name = '', ...args] = [...rest.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(
      ([, text = '']) => text,
    );
    for (const listener of this.#listeners) {
      listener({ name: name.toLowerCase(), args, source });
    }
  }
}
