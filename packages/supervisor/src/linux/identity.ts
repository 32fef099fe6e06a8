import { readFileSync } from 'node:fs'
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

export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, startTime: readStat(process.pid)?.startTime ?? 0 }
}
