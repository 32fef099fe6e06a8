import fs from 'node:fs'
import process from 'node:process'
import { hasDelegateMark } from './delegate-mark.ts'
import { type LeafOwner, ownLeafOwner } from './leaf-name.ts'
import type { TreeWriter } from './writer/tree-writer.ts'
import { WriterThread } from './writer/writer-thread.ts'

/** What is asked of the machine; tests put something else in its place. */
export interface Surroundings {
  /** `f_type` of statfs(2). */
  fileSystemType(path: string): number | undefined
  /** systemd marks the groups that it gives away. */
  hasDelegateMark(directory: string): boolean
  /** Whether the user that we are, who is not root, owns a group: then somebody gave it away. */
  isOwn(directory: string): boolean
  /** Whether systemd runs: it wants nobody else to make groups where it did not delegate. */
  hasManager(): boolean
  readonly owner: LeafOwner
  startWriter(): TreeWriter
}

export function realSurroundings(): Surroundings {
  return {
    fileSystemType: (path) => {
      try {
        return fs.statfsSync(path).type
      } catch {
        return undefined
      }
    },
    hasDelegateMark,
    isOwn: (directory) => fs.statSync(directory).uid === process.getuid?.(),
    hasManager: () => fs.existsSync('/run/systemd/system'),
    owner: ownLeafOwner(),
    startWriter: () => new WriterThread(),
  }
}
