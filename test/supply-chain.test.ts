import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
  readonly resolved?: string;
}

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  packages: Record<string, LockedPackage>;
};
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};
const locked = Object.entries(lock.packages).filter(([path]) => path !== '');

describe('the supply chain (attack 20)', () => {
  it('locks every package by its hash', () => {
    expect(locked.filter(([, entry]) => !entry.integrity).map(([path]) => path)).toEqual([]);
  });

  it('has no package that wants to run a script when it is installed, and would not let it', () => {
    // fsevents is an optional macOS package, which npm leaves out elsewhere.
    const scripted = locked.filter(([, entry]) => entry.hasInstallScript).map(([path]) => path);
    expect(scripted.filter((path) => !path.endsWith('fsevents'))).toEqual([]);
    expect(readFileSync('.npmrc', 'utf8')).toContain('ignore-scripts=true');
  });

  it('pins every direct dependency, the server binary included, to one version', () => {
    const versions = Object.values({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(versions.filter((version) => !/^(npm:[\w-]+@)?\d+\.\d+\.\d+$/.test(version))).toEqual([]);
    expect(manifest.dependencies['uWebSockets.js']).toBe('npm:uws-pack@20.0.8');
  });

  it('names no registry host in the lock', () => {
    expect(locked.filter(([, entry]) => entry.resolved).map(([path]) => path)).toEqual([]);
  });
});
