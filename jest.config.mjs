/** @type {import('jest').Config} */
const shared = {
  testEnvironment: 'node',
  // Tests run as CommonJS, production as ES modules: CONTRIBUTING.md, "Tests".
  transform: { '\\.(ts|mjs|cjs|js)$': '<rootDir>/test/support/jest/to-commonjs.cjs' },
  transformIgnorePatterns: [],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  // `js` first: a package that ships its `.ts` beside its `.js` must serve the `.js`.
  moduleFileExtensions: ['js', 'mjs', 'cjs', 'ts', 'json', 'node'],
  modulePathIgnorePatterns: ['<rootDir>/(dist|data|coverage|\\.cache)/'],
  cacheDirectory: '<rootDir>/.cache/jest',
  // Tests run in a context of their own, where each look-up of a global is a call out of it: these are
  // handed in. None that fake timers replace, none that a package declares for itself.
  sandboxInjectedGlobals: [
    'Object',
    'Array',
    'Math',
    'Number',
    'String',
    'Boolean',
    'Symbol',
    'BigInt',
    'Promise',
    'Map',
    'Set',
    'WeakMap',
    'WeakSet',
    'JSON',
    'Reflect',
    'RegExp',
    'Error',
    'TypeError',
    'RangeError',
    'ArrayBuffer',
    'DataView',
    'Uint8Array',
  ],
};

/** @type {import('jest').Config} */
export default {
  // Three even on two cores: much of a medium test is waiting for a server.
  maxWorkers: 3,
  testTimeout: 60_000,
  // Each suite leaves its modules behind; a worker that is full of them spends its time collecting garbage.
  workerIdleMemoryLimit: '1GB',
  coverageProvider: 'v8',
  collectCoverageFrom: ['src/**/*.ts', '!src/**/*.spec.ts', '!src/**/*.d.ts'],
  projects: [
    { ...shared, displayName: 'unit', testMatch: ['<rootDir>/{src,clients}/**/*.spec.ts'] },
    {
      ...shared,
      displayName: 'integration',
      // Packages as Node loads them: a quarter less CPU time than through Jest.
      runtime: '<rootDir>/test/support/jest/native-packages.cjs',
      testEnvironment: '<rootDir>/test/support/jest/shared-globals.cjs',
      testMatch: ['<rootDir>/test/**/*.spec.ts'],
      globalSetup: '<rootDir>/test/support/servers/global-setup.mjs',
      globalTeardown: '<rootDir>/test/support/servers/global-teardown.mjs',
    },
  ],
};
