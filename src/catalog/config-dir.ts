import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { wholeFileFinding, type Finding } from './finding.js';

/** @returns that the whole configuration folder is not there, with the path that was looked in; undefined when it is */
export async function missingConfigDir(configDir: string): Promise<Finding | undefined> {
  const whole = resolve(configDir);
  const advice = 'CONFIG_DIR says where the configuration is';
  try {
    const found = await stat(configDir);
    return found.isDirectory() ? undefined : wholeFileFinding(whole, `this is no folder; ${advice}`);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    const isAbsent = error.code === 'ENOENT' || error.code === 'ENOTDIR';
    const problem = isAbsent
      ? 'there is no such folder'
      : `the folder cannot be read (${String(error.code)})`;
    return wholeFileFinding(whole, `${problem}; ${advice}`);
  }
}
