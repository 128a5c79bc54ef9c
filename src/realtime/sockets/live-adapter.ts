import type { INestApplicationContext } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import type { Server, ServerOptions } from 'socket.io';
import type { Config } from '../../config/config.js';
import { isCrossSite } from '../../http/index.js';

/** socket.io, for pages of this server and those that are allowed: others are refused before the protocol changes. */
export class LiveAdapter extends IoAdapter {
  readonly #config: Pick<Config, 'http' | 'live'>;

  constructor(app: INestApplicationContext, config: Pick<Config, 'http' | 'live'>) {
    super(app);
    this.#config = config;
  }

  override createIOServer(port: number, options: ServerOptions): Server {
    const { http, live } = this.#config;
    const allowRequest: ServerOptions['allowRequest'] = ({ headers }, answer) => {
      const isAllowed = http.allowedOrigins.includes(headers.origin ?? '');
      answer('auth.cross_site', isAllowed || !isCrossSite(headers));
    };
    // One that is dead is noticed within twice this time, by both sides.
    const heartbeat = { pingInterval: live.pingMs, pingTimeout: live.pingMs };
    return super.createIOServer(port, { ...options, ...heartbeat, allowRequest });
  }
}
