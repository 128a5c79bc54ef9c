declare module 'fs-native-extensions' {
  /** Takes an exclusive lock on the whole open file, or answers false when another process has one. */
  export function tryLock(fd: number): boolean;
  export function unlock(fd: number): void;
}
