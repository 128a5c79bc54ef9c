/**
 * Who may import whom; `npm run check` holds it.
 *
 * The modules of the application and, of each, the modules whose face (`index.ts`) it may use. A new
 * module takes a line here; a new edge is a decision, because it must never close a circle.
 * @type {Record<string, readonly string[]>}
 */
const MODULES = {
  auth: ['users'],
  users: [],
  'system-config': [],
  limits: ['system-config'],
  'market-data': ['system-config'],
  research: ['market-data'],
  trading: ['users', 'market-data', 'maintenance'],
  portfolio: ['trading', 'market-data'],
  journal: ['trading', 'portfolio'],
  'price-alerts': ['users', 'market-data', 'trading'],
  'ai-studio': ['market-data', 'trading'],
  'ai-chat': ['market-data', 'portfolio'],
  notifications: ['users', 'system-config'],
  monitoring: ['system-config'],
  maintenance: [],
  health: [],
};

/** The layers under the modules and, of each, the others whose face it may use. All may use config and kernel. */
const INFRASTRUCTURE = {
  database: [],
  redis: [],
  http: [],
  threads: [],
  // A socket shows the same session as a request does.
  realtime: ['redis', 'http'],
};

/** What happened is told to all: whoever reacts imports the event's declaration, whatever the table says. */
const EVENTS = '^src/modules/(?<owner>[^/]+)/\\k<owner>\\.events\\.ts$';

const SPEC = '\\.spec\\.ts$';

/** @param {string} name */
const npm = (name) => `(^|/)node_modules/${name}(/|$)`;

/** @param {readonly string[]} names */
const anyOf = (names) => `(${names.join('|')})`;

/**
 * @param {string} name
 * @param {string} comment
 * @param {import('dependency-cruiser').IRegularForbiddenRuleType['from']} from
 * @param {import('dependency-cruiser').IRegularForbiddenRuleType['to']} to
 * @returns {import('dependency-cruiser').IForbiddenRuleType}
 */
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** @param {string} module @param {readonly string[]} [path] */
function refuseCircles(module, path = []) {
  if (path.includes(module))
    throw new Error(`modules in a circle: ${[...path, module].join(' → ')}`);
  for (const next of MODULES[module] ?? []) refuseCircles(next, [...path, module]);
}
for (const module of Object.keys(MODULES)) refuseCircles(module);

const declared = anyOf(Object.keys(MODULES));
const faces = Object.keys(INFRASTRUCTURE);

const layers = [
  forbid(
    'kernel-imports-nothing',
    'The kernel is pure: it knows no other part of the application.',
    { path: '^src/kernel/' },
    { path: '^src/', pathNot: '^src/kernel/' },
  ),
  forbid(
    'kernel-has-no-framework',
    'No Nest and no I/O in the kernel.',
    { path: '^src/kernel/', pathNot: SPEC },
    {
      path: [
        npm('@nestjs'),
        '^(node:)?(fs|net|tls|dns|http|https|http2|child_process|worker_threads)(/|$)',
      ],
    },
  ),
  forbid(
    'config-imports-kernel-only',
    'Everything reads the configuration, so it can read nobody.',
    { path: '^src/config/' },
    { path: '^src/', pathNot: '^src/(config|kernel)/' },
  ),
  ...Object.entries(INFRASTRUCTURE).map(([name, others]) =>
    forbid(
      `${name}-stands-below-modules`,
      `${name} uses ${['config', 'kernel', ...others].join(', ')}: what it needs from above, it asks for as a port.`,
      { path: `^src/${name}/` },
      { path: '^src/', pathNot: `^src/${anyOf(['kernel', 'config', name, ...others])}/` },
    ),
  ),
  ...faces.map((name) =>
    forbid(
      `${name}-through-its-face`,
      `Import src/${name}/index.ts: the rest may change without asking. Only src/app, which puts the parts together, sees inside.`,
      { path: '^src/', pathNot: [`^src/${name}/`, '^src/app/'] },
      { path: `^src/${name}/`, pathNot: `^src/${name}/index\\.ts$` },
    ),
  ),
  forbid(
    'app-is-on-top',
    'src/app puts the parts together: none of them may know it.',
    { path: '^src/', pathNot: '^src/(app/|main\\.ts$)' },
    { path: '^src/(app/|main\\.ts$)' },
  ),
];

const modules = [
  forbid(
    'module-through-its-face',
    "Of another module only its index.ts: add what you need to the other's face, or react to its event.",
    { path: '^src/modules/([^/]+)/' },
    {
      path: '^src/modules/',
      pathNot: ['^src/modules/$1/', '^src/modules/[^/]+/index\\.ts$', EVENTS],
    },
  ),
  forbid(
    'app-composes-modules',
    'src/app takes Nest modules and faces, not what is inside.',
    { path: '^src/(app/|main\\.ts$)' },
    { path: '^src/modules/', pathNot: ['^src/modules/[^/]+/index\\.ts$', '\\.module\\.ts$'] },
  ),
  forbid(
    'module-is-declared',
    'Give the new module a line in MODULES in .dependency-cruiser.mjs.',
    { path: `^src/modules/(?!${declared}/)([^/]+)/` },
    { path: '^src/', pathNot: '^src/modules/$1/' },
  ),
  ...Object.entries(MODULES).map(([name, others]) =>
    forbid(
      `${name}-uses-declared-modules`,
      `${name} may use ${others.join(', ') || 'no other module'} (MODULES in .dependency-cruiser.mjs).`,
      { path: `^src/modules/${name}/` },
      { path: '^src/modules/', pathNot: [`^src/modules/${anyOf([name, ...others])}/`, EVENTS] },
    ),
  ),
  forbid(
    'edges-ask-services',
    'Controller, gateway, processor → service → repository → table.',
    { path: '\\.(controller|gateway|processor)s?\\.ts$' },
    { path: '\\.(repository|table)\\.ts$' },
  ),
];

const libraries = [
  forbid(
    'redis-clients-only-in-redis',
    'ioredis, bullmq and what brings them only under src/redis: everybody else uses its ports.',
    { path: '^src/', pathNot: '^src/redis/' },
    { path: ['ioredis', 'bullmq', '@nestjs/bullmq', 'cache-manager-ioredis-yet'].map(npm) },
  ),
  forbid(
    'drizzle-only-in-repositories',
    'SQL stands in repositories, tables (and the columns they share) and src/database.',
    { path: '^src/', pathNot: ['^src/database/', '\\.(repository|table|column)\\.ts$'] },
    { path: npm('drizzle-orm') },
  ),
  forbid(
    'database-drivers-only-in-database',
    'Connections are opened in one place.',
    { path: '^src/', pathNot: '^src/database/' },
    { path: [npm('pg'), npm('@electric-sql')] },
  ),
  forbid(
    'password-hashing-only-in-auth',
    'Passwords are nobody else’s business.',
    { path: '^src/', pathNot: '^src/modules/(auth|users)/' },
    { path: npm('argon2') },
  ),
  forbid(
    'no-development-dependency',
    'A production install does not have it.',
    { path: '^src/', pathNot: SPEC },
    { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
  ),
  forbid(
    'no-undeclared-dependency',
    'package.json does not list it.',
    { path: '^src/' },
    { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
  ),
];

const hygiene = [
  forbid(
    'no-circular',
    'Two files that need each other are one, or three.',
    {},
    { circular: true },
  ),
  forbid(
    'no-orphans',
    'Nobody imports it, and it imports nobody: connect it or delete it.',
    { orphan: true, path: '^src/', pathNot: [SPEC, '\\.d\\.ts$', '^src/main\\.ts$'] },
    {},
  ),
  forbid('no-unresolvable', 'There is no such file or package.', {}, { couldNotResolve: true }),
  forbid('no-spec-imports', 'Shared parts of tests stand in test/support.', {}, { path: SPEC }),
  forbid(
    'src-knows-no-tests',
    'Production code stands alone.',
    { path: '^src/', pathNot: SPEC },
    { path: '^(test|bench|scripts|clients)/' },
  ),
  forbid(
    'clients-stand-alone',
    'Who installs a client has nothing else of this repository.',
    { path: '^clients/([^/]+)/' },
    { pathNot: ['^clients/$1/', 'node_modules', '^[^/]+$'] },
  ),
];

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [...layers, ...modules, ...libraries, ...hygiene],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Types count: who knows a type knows its owner.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
