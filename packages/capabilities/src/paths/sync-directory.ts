import { closeSync, constants, fsyncSync, openSync } from 'node:fs'
import { errnoOf } from '../linux/errno.ts'
import type { Directory } from './directory.ts'

/**
 * Makes the names in it durable: a file is not there after a power cut when a directory above it is not. Not of one that
 * this user may not list (EACCES), or whose file system has no such thing (EINVAL).
 */
export function syncDirectory(directory: Directory): void {
  try {
    const fd = openSync(directory.at('.'), constants.O_RDONLY | constants.O_DIRECTORY)
    try {
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
  } catch (error) {
    if (errnoOf(error) !== 'EACCES' && errnoOf(error) !== 'EINVAL') throw error
  }
}
