import { readFileSync, readlinkSync } from 'node:fs'
import process from 'node:process'
import { type ProcessIdentity, readStat } from '../processes/index.ts'

/** The kernel's id of this boot: with it a pid and a start time name one process for all time. */
export function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return 'unknown'
  }
}

/** Inode of the namespace that our pids are told in: in another, such as a container's, a pid is another process. */
export function ownPidNamespace(): string {
  try {
    return /\d+/u.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0'
  } catch {
    return '0'
  }
}

export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, startTime: readStat(process.pid)?.startTime ?? 0 }
}
