/**
 * Writes the types of the live client's channels from the server's AsyncAPI document: `npm run live-client:types`.
 * --check writes nothing, and ends with exit code 1 when the file is not current; --document <file> takes the document
 * from there (`-`: standard input) and starts no server for it.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compile } from 'json-schema-to-typescript';
import { format, resolveConfig } from 'prettier';

const FILE = fileURLToPath(new URL('../clients/live-client/src/channels.ts', import.meta.url));
const HEAD = `// Written by \`npm run live-client:types\` from the server's AsyncAPI document: changes belong into its channels.

`;
const FOOT = `
/** Of families a member: \`market.quote:AAPL\`. */
export type ChannelName = {
  [Name in keyof LiveChannels]: (typeof CHANNELS)[Name]['isFamily'] extends true
    ? \`\${Name}:\${string}\`
    : Name;
}[keyof LiveChannels];

type Declared<Name extends ChannelName> = Name extends keyof LiveChannels
  ? LiveChannels[Name]
  : Name extends \`\${infer Family extends keyof LiveChannels}:\${string}\`
    ? LiveChannels[Family]
    : never;

export type MessageOn<Name extends ChannelName> = Declared<Name>['message'];
export type SnapshotOn<Name extends ChannelName> = Declared<Name>['snapshot'];
`;

/** What a channel sends that has contents of its own. */
const KINDS = /** @type {const} */ (['message', 'snapshot']);

/** @typedef {import('json-schema-to-typescript').JSONSchema} Schema */
/** @typedef {{ payload: { properties: { data: Schema } } }} Message */
/** @typedef {{ parameters?: object, 'x-durable': boolean, messages: Record<(typeof KINDS)[number], Message> }} Channel */

/** @param {{ channels: Record<string, Channel> }} document */
async function render({ channels: { gateway: _, ...channels } }) {
  const schema = objectOf(
    Object.entries(channels).map(([name, { messages }]) => [
      name,
      objectOf(KINDS.map((kind) => [kind, messages[kind].payload.properties.data])),
    ]),
  );
  const types = await compile(schema, 'LiveChannels', {
    bannerComment: '/** What each channel sends, and what a client begins with. */',
    additionalProperties: false,
    format: false,
  });
  const kinds = Object.entries(channels).map(
    ([name, channel]) =>
      `'${name}': { isDurable: ${channel['x-durable']}, isFamily: ${channel.parameters !== undefined} },`,
  );
  const constants = `export const CHANNELS = {\n${kinds.join('\n')}\n} as const;\n`;
  const options = { ...(await resolveConfig(FILE)), filepath: FILE };
  return format(`${HEAD}${types}\n${constants}${FOOT}`, options);
}

/** @param {readonly (readonly [string, Schema])[]} entries @returns {Schema} */
function objectOf(entries) {
  return {
    type: 'object',
    properties: Object.fromEntries(entries),
    required: entries.map(([name]) => name),
    additionalProperties: false,
  };
}

/** What is built; types of it there are none. @param {string} path */
const built = (path) => import(new URL(`../dist/${path}`, import.meta.url).href);

/** Of the server as it is built, which listens nowhere. @returns {Promise<string>} */
async function ownDocument() {
  await import('reflect-metadata');
  const [{ createApp }, { createLogger }, { parseConfig }, { Correlation }, { systemClock }] =
    await Promise.all(
      [
        'app/create-app.js',
        'app/logger.js',
        'config/config.js',
        'kernel/correlation.js',
        'kernel/clock.js',
      ].map(built),
    );
  const folder = mkdtempSync(join(tmpdir(), 'bourse-types-'));
  const config = parseConfig({ LOG_LEVEL: 'error', DATA_DIR: folder });
  const correlation = new Correlation();
  const context = { config, clock: systemClock, correlation };
  const app = await createApp(context, createLogger(config, correlation, process.stderr));
  try {
    const { body } = await app.inject('/docs/asyncapi.json');
    return body;
  } finally {
    await app.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const { values } = parseArgs({
  options: { check: { type: 'boolean', default: false }, document: { type: 'string' } },
});
const text =
  values.document === undefined
    ? await ownDocument()
    : readFileSync(values.document === '-' ? 0 : values.document, 'utf8');
const rendered = await render(JSON.parse(text));
if (!values.check) writeFileSync(FILE, rendered);
else if (rendered !== readFileSync(FILE, 'utf8')) {
  console.error('clients/live-client/src/channels.ts is not current: npm run live-client:types');
  process.exitCode = 1;
}
