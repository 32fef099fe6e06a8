import fs from 'node:fs'
import { resolve } from 'node:path'

/** Space of the file system that holds a directory, statfs(2). */
export interface Disk {
  path: string
  totalBytes: number
  /** What an unprivileged user can still write. */
  availableBytes: number
}

// A dead network file system answers never; a job's telemetry must not wait for it.
const PATIENCE_MS = 250

/** Reads the space at a directory; undefined when it is not there or does not answer. */
export async function readDisk(directory: string): Promise<Disk | undefined> {
  const patience = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => patience.resolve(undefined), PATIENCE_MS)
  try {
    const path = resolve(directory)
    const space = await Promise.race([fs.promises.statfs(path), patience.promise])
    if (space === undefined) return undefined
    // Blocks are counted in fragments; older releases of Node 24 tell only the block size, nearly always the same.
    const unit = space.frsize || space.bsize
    return { path, totalBytes: space.blocks * unit, availableBytes: space.bavail * unit }
  } catch {
    return undefined
  } finally {
    clearTimeout(timer)
  }
}
