/**
 * Jest environment for packages that are loaded outside of it (native-packages.cjs): what the one side hands to the other
 * is an instance for both.
 *
 * The classes of data are the same on both sides. Errors are not, because the engine throws its own of each side: an
 * error of either is an instance of both. `Object`, `Array`, `RegExp` and `Promise` stay two: what a literal or an
 * async function makes would be no instance of the other side's.
 */
const { isNativeError } = require('node:util').types;
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

/** @param {unknown} value @param {string} name whether a class of this name is among what the value is made of */
function descends(value, name) {
  for (let one = value; one; one = Object.getPrototypeOf(one)) {
    if (Object.hasOwn(one, 'constructor') && one.constructor.name === name) return true;
  }
  return false;
}

/** Errors of the other side are instances of its classes from then on; what extends them is as before. @param {object} globals */
function recogniseErrors(globals) {
  for (const name of ERRORS) {
    const mine = Reflect.get(globals, name);
    if (Object.hasOwn(mine, Symbol.hasInstance)) continue;
    Object.defineProperty(mine, Symbol.hasInstance, {
      configurable: true,
      /** @param {unknown} value */
      value(value) {
        if (isOrdinaryInstance.call(this, value)) return true;
        return this === mine && isNativeError(value) && descends(value, name);
      },
    });
  }
}

recogniseErrors(globalThis);

module.exports = class SharedGlobalsEnvironment extends TestEnvironment {
  /** @param {ConstructorParameters<typeof TestEnvironment>} options */
  constructor(...options) {
    super(...options);
    for (const name of SHARED) this.global[name] = Reflect.get(globalThis, name);
    recogniseErrors(this.global);
  }
};
