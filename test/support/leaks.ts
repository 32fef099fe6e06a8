import { globSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'

/** What a suite must not leave behind: processes with a boundary's mark, temporary directories, control groups. */
export function findLeaks(): string[] {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/u.test(name) && environmentOf(name).includes('\0RUNTIMO_BOUNDARY='))
    .map((pid) => `process ${pid}`)
  const directories = readdirSync(tmpdir())
    .filter((name) => /^runtimo-(test|wal|read|careless)-/u.test(name))
    .map((name) => `directory ${tmpdir()}/${name}`)
  // Of a supervisor that lives, they are its own affair.
  const groups = globSync('/sys/fs/cgroup/**/runtimo-*').map((path) => `control group ${path}`)
  return [...processes, ...directories, ...groups]
}

/** Vitest calls this before all tests, and what it returns after them. */
export default function setup(): () => void {
  const before = new Set(findLeaks())
  return () => {
    const leaks = findLeaks().filter((leak) => !before.has(leak))
    if (leaks.length > 0) throw new Error(`left behind: ${leaks.join(', ')}`)
  }
}

function environmentOf(pid: string): string {
  try {
    return `\0${readFileSync(`/proc/${pid}/environ`, 'utf8')}`
  } catch {
    return ''
  }
}
