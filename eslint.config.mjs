import n from 'eslint-plugin-n';
import tseslint from 'typescript-eslint';

const tests = ['{src,clients}/**/*.spec.ts', 'test/**'];

/** What design.md forbids and the language allows; each entry is one sentence for whoever trips over it. */
const forbidden = [
  {
    selector: "CallExpression[callee.name='forwardRef']",
    message: 'No forwardRef: a cycle between modules is a design fault, break it with an event.',
  },
  {
    selector: "MemberExpression[object.name='Scope'][property.name='REQUEST']",
    message: 'No request scope: it makes everything above it request-scoped as well.',
  },
  {
    selector: 'PropertyDefinition[static=true][readonly!=true]',
    message: 'No static mutable state: two applications in one process would share it.',
  },
  {
    selector: "MethodDefinition[kind='constructor'] > FunctionExpression[params.length>6]",
    message: 'At most 6 dependencies: this class does more than one thing.',
  },
];

const skippedTests = [
  {
    selector:
      'CallExpression > MemberExpression.callee[object.name=/^(it|test|describe)$/][property.name=/^(only|skip|todo)$/]',
    message: 'Nothing runs alone and nothing is skipped.',
  },
  {
    selector: 'CallExpression[callee.name=/^(fit|fdescribe|xit|xtest|xdescribe)$/]',
    message: 'Nothing runs alone and nothing is skipped.',
  },
];

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'clients/*/dist/',
      'data/',
      'coverage/',
      '.cache/',
      'src/database/migrations/',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      // A file that begins with `#!` costs all its types a second time (8 s): npm scripts say `node` instead.
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { n },
    rules: {
      eqeqeq: 'error',
      'no-debugger': 'error',
      'no-constant-condition': ['error', { checkLoops: false }],
      'no-unsafe-finally': 'error',
      'no-useless-catch': 'error',
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
      'no-restricted-syntax': ['error', ...forbidden, ...skippedTests],
      'n/prefer-node-protocol': 'error',
      '@typescript-eslint/ban-ts-comment': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_' },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // A driver that need not wait still has to answer with a promise, and to reject instead of throwing.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['src/**', 'clients/**'],
    // Written by a program.
    ignores: [...tests, 'clients/live-client/src/channels.ts'],
    rules: {
      'max-lines': ['error', { max: 300 }],
      'no-console': 'error',
    },
  },
  // The process itself speaks on the console before there is a logger.
  { files: ['src/main.ts', 'src/app/**'], rules: { 'no-console': 'off' } },
  {
    files: ['src/**'],
    ignores: ['src/config/**', ...tests],
    rules: {
      'n/no-process-env': 'error',
      // The other way to the same variables.
      'no-restricted-imports': [
        'error',
        {
          paths: [
            ...['process', 'node:process'].map((name) => ({ name, importNames: ['env'] })),
            // Each promise of the process would cost more: docs/adr/0020.
            ...['async_hooks', 'node:async_hooks'].map((name) => ({
              name,
              importNames: ['AsyncLocalStorage', 'createHook'],
            })),
          ],
        },
      ],
    },
  },
  {
    files: tests,
    rules: {
      // Bodies of answers and of jobs are checked by the assertions on them.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    // JSDoc types and `tsc` (checkJs) hold them; what JSON.parse and untyped packages answer is `any` there.
    files: ['**/*.{js,mjs,cjs}'],
    rules: {
      '@typescript-eslint/no-require-imports': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
);
