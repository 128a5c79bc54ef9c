import type { INestApplicationContext } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import type { Server, ServerOptions } from 'socket.io';
import { isCrossSite } from '../../http/index.js';

/** socket.io, for pages of this server and those that are allowed: others are refused before the protocol changes. */
export class LiveAdapter extends IoAdapter {
  readonly #allowedOrigins: readonly string[];

  /** @param allowedOrigins of pages on other sites */
  constructor(app: INestApplicationContext, allowedOrigins: readonly string[]) {
    super(app);
    this.#allowedOrigins = allowedOrigins;
  }

  override createIOServer(port: number, options: ServerOptions): Server {
    const allowRequest: ServerOptions['allowRequest'] = ({ headers }, answer) => {
      const isAllowed = this.#allowedOrigins.includes(headers.origin ?? '');
      answer('auth.cross_site', isAllowed || !isCrossSite(headers));
    };
    return super.createIOServer(port, { ...options, allowRequest });
  }
}
