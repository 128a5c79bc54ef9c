/**
 * Jest environment for packages that are loaded outside of it (native-packages.cjs): both sides have one
 * `Date`, one `Error`, one `Map`, so that `instanceof` holds for what the one hands to the other.
 *
 * Not `Object`, `Array`, `RegExp` and `Promise`: what a literal or an async function makes would be no instance of them.
 */
const { TestEnvironment } = require('jest-environment-node');

const SHARED = [
  'AggregateError',
  'BigInt64Array',
  'BigUint64Array',
  'DataView',
  'Date',
  'Error',
  'EvalError',
  'Float32Array',
  'Float64Array',
  'Int16Array',
  'Int32Array',
  'Int8Array',
  'Map',
  'RangeError',
  'ReferenceError',
  'Reflect',
  'Set',
  'SharedArrayBuffer',
  'SyntaxError',
  'TypeError',
  'URIError',
  'Uint16Array',
  'Uint32Array',
  'Uint8ClampedArray',
  'WeakMap',
  'WeakRef',
  'WeakSet',
];

module.exports = class SharedGlobalsEnvironment extends TestEnvironment {
  /** @param {ConstructorParameters<typeof TestEnvironment>} options */
  constructor(...options) {
    super(...options);
    for (const name of SHARED) this.global[name] = Reflect.get(globalThis, name);
  }
};
