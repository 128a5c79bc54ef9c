import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { missingOptionalPackages } from '../../../scripts/complete-lockfile.mjs';

const ROOT = resolve(import.meta.dirname, '../../..');

function readJson(path: string) {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
}

describe('package-lock.json', () => {
  const lock = readJson('package-lock.json');
  const manifest = readJson('package.json');

  it('has the packages of every platform, without which npm ci refuses it', () => {
    expect(missingOptionalPackages(lock.packages)).toEqual({});
  });

  it('ties nobody to the registry it was written with', () => {
    const entries = Object.values<{ resolved?: string }>(lock.packages);
    expect(entries.filter(({ resolved }) => resolved?.startsWith('http'))).toEqual([]);
  });

  it('stands beside exact versions', () => {
    const versions = Object.values({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+/.test(String(version)))).toEqual([]);
  });
});

describe('missingOptionalPackages', () => {
  it('finds what a package may bring and the file does not have, for its platform only', () => {
    const packages = {
      '': {},
      'node_modules/native': {
        dev: true,
        optionalDependencies: {
          '@native/core-darwin-arm64': '1.2.3',
          '@native/core-linux-x64-musl': '1.2.3',
          '@native/core-linux-x64-gnu': '1.2.3',
        },
      },
      'node_modules/@native/core-linux-x64-gnu': { version: '1.2.3' },
    };
    const entry = { version: '1.2.3', dev: true, optional: true };
    expect(missingOptionalPackages(packages)).toEqual({
      'node_modules/@native/core-darwin-arm64': { ...entry, os: ['darwin'], cpu: ['arm64'] },
      'node_modules/@native/core-linux-x64-musl': {
        ...entry,
        os: ['linux'],
        cpu: ['x64'],
        libc: ['musl'],
      },
    });
  });
});
