import fs from 'node:fs'

/** Where `path` ('/proc/…') lies when the file system is seen from `root`. */
export function under(root: string, path: string): string {
  return root === '/' ? path : root.replace(/\/+$/, '') + path
}

/** The text of a file of /proc or /sys, or undefined when it cannot be read for any reason. */
export function readText(root: string, path: string): string | undefined {
  try {
    // Synchronous on purpose: these files are made from memory, and the thread pool costs more than they do.
    return fs.readFileSync(under(root, path), 'utf8')
  } catch {
    return undefined
  }
}

/** At most the first `bytes` of a file: the kernel makes only what is asked for. */
export function readHead(root: string, path: string, bytes: number): string | undefined {
  let descriptor: number | undefined
  try {
    descriptor = fs.openSync(under(root, path), 'r')
    const buffer = Buffer.alloc(bytes)
    return buffer.toString('utf8', 0, fs.readSync(descriptor, buffer, 0, bytes, 0))
  } catch {
    return undefined
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor)
  }
}

/** The names in a directory, in no order; none when there is no such directory. */
export function readNames(root: string, path: string): string[] {
  try {
    return fs.readdirSync(under(root, path))
  } catch {
    return []
  }
}

/** What a link says, or undefined when it cannot be read for any reason. */
export function readLink(root: string, path: string): string | undefined {
  try {
    return fs.readlinkSync(under(root, path))
  } catch {
    return undefined
  }
}

/** A whole number of decimal digits, or undefined for all else ('max', '-1', ''). */
export function parseCount(text: string | undefined): number | undefined {
  const trimmed = text?.trim()
  return trimmed !== undefined && /^\d+$/.test(trimmed) ? Number(trimmed) : undefined
}
