import { procPath, ProcReader } from './proc-reader.ts'

/**
 * A process's pid in a namespace below ours, from /proc/PID/status: of several namespaces the outermost below
 * ours. Undefined when it is gone or in our own.
 */
export function readPidInside(pid: number, root: string = '/'): number | undefined {
  return parsePidInside(new ProcReader().read(`${procPath(root, pid)}/status`) ?? '')
}

/** In this file the kernel escapes newlines in the name, so no process can forge the line. */
export function parsePidInside(status: string): number | undefined {
  const inside = /\nNSpid:\t\d+\t(\d+)/.exec(status)?.[1]
  return inside === undefined ? undefined : Number(inside)
}
