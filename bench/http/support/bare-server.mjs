// @ts-check
/** The limit: `node:http` and a handler that writes the same answer each time. `ANSWER` is its headers and body as JSON. */
import { createServer } from 'node:http';

const { headers, body } = JSON.parse(process.env['ANSWER'] ?? '');

createServer((_request, response) => {
  response.writeHead(200, headers);
  response.end(body);
}).listen(Number(process.env['PORT']), process.env['HOST']);
