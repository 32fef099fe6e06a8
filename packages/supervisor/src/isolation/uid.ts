import { readFileSync } from 'node:fs'
import process from 'node:process'

/** The effective uid that a process really has; ours when it has ended already: it began with ours. */
export function readUid(pid: number): number {
  try {
    const [, uid] = /^Uid:\s+\d+\s+(\d+)/mu.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return uid === undefined ? ownUid() : Number(uid)
  } catch {
    return ownUid()
  }
}

function ownUid(): number {
  return process.geteuid?.() ?? 0
}
