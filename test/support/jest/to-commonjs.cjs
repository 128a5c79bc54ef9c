/**
 * Jest transform: TypeScript and ES modules, our own and those in node_modules, to CommonJS.
 *
 * Jest's own ES module mode cannot load Nest 12 (CommonJS packages `require()` the ESM-only Nest, which Jest
 * allows from Node 24.9 only). Our code is compiled with the settings of the build (`.swcrc`); what is
 * CommonJS already stays as it is, but for files with an `import()`, which Jest cannot serve either.
 */
const { createHash } = require('node:crypto');
const { existsSync, readFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { transformSync, version } = require('@swc/core');

const swcrc = readFileSync(join(__dirname, '../../../.swcrc'), 'utf8');
const typescript = JSON.parse(swcrc).jsc;
const settings = createHash('sha256')
  .update(readFileSync(__filename))
  .update(swcrc)
  .update(version);

/** @type {Map<string, boolean>} Folder to whether the nearest package.json says `"type": "module"`. */
const moduleFolders = new Map();

/** @param {string} folder @returns {boolean} */
function isModuleFolder(folder) {
  const known = moduleFolders.get(folder);
  if (known !== undefined) return known;
  const manifest = join(folder, 'package.json');
  const isModule = existsSync(manifest)
    ? JSON.parse(readFileSync(manifest, 'utf8')).type === 'module'
    : dirname(folder) !== folder && isModuleFolder(dirname(folder));
  moduleFolders.set(folder, isModule);
  return isModule;
}

/** @param {string} path */
function isModule(path) {
  if (/\.m?ts$|\.mjs$/.test(path)) return true;
  return !path.endsWith('.cjs') && isModuleFolder(dirname(path));
}

/** @type {import('@jest/transform').SyncTransformer} */
module.exports = {
  // Coverage is V8's (jest.config.mjs): nothing is instrumented here.
  canInstrument: false,

  getCacheKey(source, path) {
    return settings.copy().update(path).update('\0').update(source).digest('hex').slice(0, 32);
  },

  process(source, path) {
    const fromModule = isModule(path);
    if (!fromModule && !/\bimport\s*\(/.test(source)) return { code: source };
    const ours = /\.m?ts$/.test(path);
    return transformSync(source, {
      filename: path,
      swcrc: false,
      configFile: false,
      sourceMaps: ours ? 'inline' : false,
      isModule: true,
      module: { type: 'commonjs', strictMode: fromModule },
      jsc: ours ? typescript : { parser: { syntax: 'ecmascript' }, target: 'es2022' },
    });
  },
};
