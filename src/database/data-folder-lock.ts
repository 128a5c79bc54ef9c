import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { tryLock, unlock } from 'fs-native-extensions';
import { AppError } from '../kernel/app-error.js';

/**
 * Exclusive use of the data folder by one process.
 *
 * The file `bourse.lock` carries a lock of the operating system, which ends with the process that holds
 * it, however it ends: a file that a crash left behind is taken over, and two processes that start at
 * the same moment cannot both take it. The process id in the file is for people only.
 */
export class DataFolderLock {
  private constructor(private readonly fd: number) {}

  /** @throws AppError `database.folder_locked` when another process holds the folder. */
  static acquire(folder: string): DataFolderLock {
    const path = join(folder, 'bourse.lock');
    const fd = openLockFile(path);
    if (!tryLock(fd)) {
      closeSync(fd);
      const holder = readFileSync(path, 'utf8').trim();
      throw new AppError(
        'conflict',
        'database.folder_locked',
        `DATA_DIR ${folder} is in use by another process${holder ? ` (pid ${holder})` : ''}: stop it, or set DATA_DIR or DATABASE_URL`,
      );
    }
    ftruncateSync(fd, 0);
    writeSync(fd, `${process.pid}\n`);
    return new DataFolderLock(fd);
  }

  /** Leaves the file: removing it would let two later processes lock two different files of one name. */
  release(): void {
    ftruncateSync(this.fd, 0);
    unlock(this.fd);
    closeSync(this.fd);
  }
}

function openLockFile(path: string): number {
  try {
    return openSync(path, 'a+', 0o600);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError(
      'unavailable',
      'database.folder_unusable',
      `cannot lock DATA_DIR: ${reason}`,
      { cause },
    );
  }
}
