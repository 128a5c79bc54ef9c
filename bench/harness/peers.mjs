// @ts-check
import { createRequire } from 'node:module';

const { devDependencies, dependencies } = createRequire(import.meta.url)('../../package.json');

/** @param {string} name a dependency of ours @returns {string} `name@version` */
export function peerName(name) {
  const version = devDependencies[name] ?? dependencies[name];
  if (version === undefined) throw new Error(`${name} is no dependency`);
  return `${name}@${version}`;
}
