import os from 'node:os'
import { readText } from './read-text.ts'

/** Which machine this is. */
export interface Host {
  /** /proc/sys/kernel/hostname */
  host: string
  /** Kernel release, /proc/sys/kernel/osrelease. */
  kernel: string
  /** Seconds since boot, /proc/uptime. */
  uptimeSeconds: number
}

/** Reads the machine's names; without /proc the system calls of the running kernel tell the same. */
export function readHost(root: string): Host {
  const uptime = Number.parseFloat(readText(root, '/proc/uptime') ?? '')
  return {
    host: readText(root, '/proc/sys/kernel/hostname')?.trim() || os.hostname(),
    kernel: readText(root, '/proc/sys/kernel/osrelease')?.trim() || os.release(),
    uptimeSeconds: Number.isFinite(uptime) ? uptime : os.uptime(),
  }
}
