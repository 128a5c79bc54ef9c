/**
 * Jest runtime that loads packages as Node does: once in a worker process, outside of the context of the
 * tests, and without a compiler between. Jest would read and run the 2,800 modules behind our imports for
 * every suite: eight suites took 187 s of CPU time so, and 144 s this way.
 *
 * The packages have one state for all suites of a process, and know nothing of fake timers: for integration tests.
 */
const { createRequire, isBuiltin } = require('node:module');
const { default: JestRuntime } = require('jest-runtime');

module.exports = class NativePackagesRuntime extends JestRuntime {
  /**
   * @override
   * @param {string} from
   * @param {string} [name]
   * @param {Parameters<JestRuntime['requireModule']>[2]} [options]
   * @param {boolean} [isRequireActual]
   */
  requireModule(from, name, options, isRequireActual) {
    const isPackage = name !== undefined && !/^[./]/.test(name) && !isBuiltin(name);
    if (isPackage && !options?.isInternalModule) return createRequire(from)(name);
    return super.requireModule(from, name, options, isRequireActual);
  }
};
