import fs from 'node:fs'

/**
 * Reads the beginnings of many small files into one buffer: three system calls a file, no allocation. Synchronous,
 * because the kernel makes these files from memory and the thread pool would cost more.
 */
export class ProcReader {
  readonly #buffer: Buffer = Buffer.allocUnsafe(4096)

  /** The first `bytes` of a file, 4,096 at most; undefined when it cannot be read. */
  read(path: string, bytes: number = this.#buffer.length): string | undefined {
    let descriptor: number | undefined
    try {
      descriptor = fs.openSync(path, 'r')
      // A process that ends between the two calls gives ESRCH here.
      return this.#buffer.toString('utf8', 0, fs.readSync(descriptor, this.#buffer, 0, bytes, null))
    } catch {
      return undefined
    } finally {
      if (descriptor !== undefined) fs.closeSync(descriptor)
    }
  }
}

/** Where a process's files are when the file system is seen from `root`. */
export function procPath(root: string, pid: number): string {
  return `${root === '/' ? '' : root.replace(/\/+$/, '')}/proc/${pid}`
}
