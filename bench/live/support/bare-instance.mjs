// @ts-check
/** @import { Publishing } from './publishing.mjs' */
import { createServer } from 'node:http';
import { createAdapter } from '@socket.io/redis-adapter';
import { Redis } from 'ioredis';
import pg from 'pg';
import { Server } from 'socket.io';
import { FAN_OUT, FILLS } from './payload.mjs';
import { publishing } from './publishing.mjs';

/** @typedef {{ redisUrl: string, databaseUrl: string }} Context */

const NAMESPACE = '/live';
/** What a message has besides its data; this side numbers nothing. */
const ENVELOPE = { epoch: '0193a0a1-7c50-7f11-8d2c-5e6f7a8b9c0d', seq: 1 };

/** socket.io and its Redis adapter, and nothing else: who asks for a channel is let into its room. @param {Context} context */
export async function openBareInstance({ redisUrl, databaseUrl }) {
  const server = createServer();
  const io = new Server(server, { transports: ['websocket'], serveClient: false });
  const publisher = new Redis(redisUrl);
  io.adapter(createAdapter(publisher, publisher.duplicate()));
  const pool = new pg.Pool({ connectionString: databaseUrl });
  await pool.query('create table if not exists bench_fills (id bigserial, fill jsonb)');
  const namespace = io.of(NAMESPACE);
  namespace.on('connection', (socket) => {
    socket.on('subscribe', ({ channel }, answer) => {
      // The token is the user's id here.
      void socket.join(channel === FILLS ? `${FILLS} ${socket.handshake.auth['token']}` : channel);
      answer({ ok: true, channel, ...ENVELOPE });
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;

  /** @param {string} room @param {string} channel @param {object} data */
  const send = (room, channel, data) => {
    const ts = new Date().toISOString();
    namespace.to(room).emit('message', { channel, ...ENVELOPE, ts, data });
  };
  /** @type {Publishing} */
  const how = {
    toAll: async (fill) => send(FAN_OUT, FAN_OUT, fill),
    toUser: async (userId, fill) => send(`${FILLS} ${userId}`, FILLS, fill),
    commit: async (userId, fillAt) => {
      const fill = fillAt();
      // A transaction of its own.
      await pool.query('insert into bench_fills (fill) values ($1)', [JSON.stringify(fill)]);
      send(`${FILLS} ${userId}`, FILLS, fill);
    },
  };
  return { url: () => `http://127.0.0.1:${port}`, ...publishing(how) };
}
