/**
 * Jest environment for packages that are loaded outside of it (native-packages.cjs): what the one side hands to the other
 * is an instance for both.
 *
 * The classes of data are the same on both sides. What literals, async functions and the engine itself make is of its own
 * side: there the classes of both sides know each other's instances.
 */
const { isPromise, isRegExp } = require('node:util').types;
const { promiseHooks } = require('node:v8');
const { TestEnvironment } = require('jest-environment-node');

const SHARED = [
  'BigInt64Array',
  'BigUint64Array',
  'DataView',
  'Date',
  'Float32Array',
  'Float64Array',
  'Int16Array',
  'Int32Array',
  'Int8Array',
  'Map',
  'Reflect',
  'Set',
  'SharedArrayBuffer',
  'Uint16Array',
  'Uint32Array',
  'Uint8ClampedArray',
  'WeakMap',
  'WeakRef',
  'WeakSet',
];

const ERRORS = [
  'AggregateError',
  'Error',
  'EvalError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'TypeError',
  'URIError',
];

/** What `instanceof` asks of a class that says nothing of its own. */
const isOrdinaryInstance = Function.prototype[Symbol.hasInstance];

/** Whether a class of this name is among what the value is made of. @param {unknown} value @param {string} name */
function descends(value, name) {
  if (typeof value !== 'object') return false;
  for (let one = value; one !== null; one = Object.getPrototypeOf(one)) {
    if (Object.hasOwn(one, 'constructor') && one.constructor?.name === name) return true;
  }
  return false;
}

/** By the name of a class: whether a value is of it, on whichever side it was made. @type {[string, (value: unknown) => boolean][]} */
const RECOGNISED = [
  ['Array', Array.isArray],
  ['Promise', isPromise],
  ['RegExp', isRegExp],
  .../** @type {typeof RECOGNISED} */ (
    ERRORS.map((name) => [name, (value) => descends(value, name)])
  ),
];

/** What extends one of these classes is as before. @param {object} globals */
function recogniseOthers(globals) {
  for (const [name, isOne] of RECOGNISED) {
    const mine = Reflect.get(globals, name);
    if (Object.hasOwn(mine, Symbol.hasInstance)) continue;
    Object.defineProperty(mine, Symbol.hasInstance, {
      configurable: true,
      /** @param {unknown} value */
      value(value) {
        return isOrdinaryInstance.call(this, value) || (this === mine && isOne(value));
      },
    });
  }
}

recogniseOthers(globalThis);

module.exports = class SharedGlobalsEnvironment extends TestEnvironment {
  /** @param {ConstructorParameters<typeof TestEnvironment>} options */
  constructor(...options) {
    super(...options);
    for (const name of SHARED) this.global[name] = Reflect.get(globalThis, name);
    recogniseOthers(this.global);
    /** @type {Set<Function>} */
    this.unhooks = new Set();
    this.createHook = promiseHooks.createHook;
  }

  /** Hooks of promises are those of the whole process: what a suite leaves of them ends with it. @override */
  async setup() {
    await super.setup();
    promiseHooks.createHook = (callbacks) => {
      const unhook = this.createHook(callbacks);
      this.unhooks.add(unhook);
      return () => void (this.unhooks.delete(unhook) && unhook());
    };
  }

  /** @override */
  async teardown() {
    promiseHooks.createHook = this.createHook;
    for (const unhook of this.unhooks) unhook();
    await super.teardown();
  }
};
