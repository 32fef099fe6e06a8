import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  globSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * What a suite must not leave behind on this machine, one line for each. What belongs to a living program
 * outside of this run, such as another suite, is that program's affair.
 */
export function findLeaks(places: readonly string[] = placesOf(tmpdir())): string[] {
  return [
    ...findProcesses(),
    ...findGroups().filter((path) => !isOfAnother(ownerOf(path))),
    ...findMounts(),
    ...findSockets(),
    ...places.flatMap((place) => [...findTemporaryFiles(place), ...findPlaceholders(place)]),
    ...findLedgerEntries(),
  ].toSorted()
}

/** What supervisors in this very process must not leave behind: descriptors, children, control groups, mounts. */
export function findOwnLeftovers(): string[] {
  return [
    ...findDescriptors(),
    ...findChildren(),
    ...findGroups().filter((path) => ownerOf(path) === process.pid),
    ...findMounts(),
  ]
}

const prefix = 'runtimo-suite-'

function placesOf(temporary: string): string[] {
  return [temporary, '/dev/shm', process.cwd()]
}

/** Vitest calls this before all tests, and what it returns after them. */
export default function setup(): () => Promise<void> {
  if (basename(tmpdir()).startsWith(prefix)) return () => Promise.resolve() // another project of this run has done so
  markSuite()
  for (const path of findDeadSuites(tmpdir())) console.warn(`left behind by a suite that was killed: ${path}`)
  const places = placesOf(tmpdir())
  const before = new Set(findLeaks(places))
  // A place of this run alone: whatever is in it at the end was left behind.
  const own = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`))
  chmodSync(own, 0o755)
  process.env['TMPDIR'] = own
  const find = (): string[] => findLeaks(places).filter((leak) => !before.has(leak))
  return async () => {
    // Who was killed at the very end may not be gone yet.
    for (let tries = 0; tries < 20 && find().length > 0; tries++) await sleep(100)
    const leaks = find()
    const files = readdirSync(own).map((name) => `directory ${own}/${name}`)
    rmSync(own, { recursive: true })
    const all = [...leaks, ...files]
    if (all.length > 0) throw new Error(`left behind: ${all.join(', ')}`)
  }
}

/** Folders of suites that nobody runs any more. */
export function findDeadSuites(place: string): string[] {
  return readdirSync(place)
    .filter((name) => name.startsWith(prefix))
    .filter((name) => !existsSync(`/proc/${/^runtimo-suite-(\d+)-/u.exec(name)?.[1] ?? 'nobody'}`))
    .map((name) => join(place, name))
}

function findProcesses(): string[] {
  return numbers('/proc')
    .filter((pid) => (isOfJob(pid) && !isOfAnother(holderOf(pid))) || isOfSuite(pid))
    .map((pid) => `process ${pid}`)
}

/**
 * A limit that the kernel has long ceased to look at, and that whoever is started inherits, whatever environment,
 * session or parent he takes.
 */
function markSuite(): void {
  execFileSync('prlimit', ['--pid', String(process.pid), `--locks=${process.pid}:`])
}

/** The pid of the suite that a process was started by; undefined when there is none. */
function suiteOf(pid: number | 'self'): string | undefined {
  return /^Max file locks +(\d+)/mu.exec(read(`/proc/${pid}/limits`))?.[1]
}

/** Started by this suite, and neither it nor a program of Node that it holds. */
function isOfSuite(pid: number): boolean {
  const suite = suiteOf('self')
  if (suite === undefined || suiteOf(pid) !== suite || isZombie(pid)) return false
  return basename(link(`/proc/${pid}/exe`)) !== 'node' || !isBelow(pid, Number(suite))
}

function isZombie(pid: number): boolean {
  return /\) [ZX]/u.test(read(`/proc/${pid}/stat`))
}

/** By the mark, or as a launcher: one that waits for its job has no mark yet. */
function isOfJob(pid: number): boolean {
  return (
    read(`/proc/${pid}/cmdline`).startsWith('runtimo-launcher') ||
    `\0${read(`/proc/${pid}/environ`)}`.includes('\0RUNTIMO_BOUNDARY=')
  )
}

/** The nearest process above it that is none of a job. */
function holderOf(pid: number): number {
  const parent = parentOf(pid)
  return parent > 1 && isOfJob(parent) ? holderOf(parent) : parent
}

/** Whether it is a living program of Node that does not belong to this run. */
function isOfAnother(pid: number): boolean {
  return basename(link(`/proc/${pid}/exe`)) === 'node' && !isBelow(pid, process.pid)
}

function isBelow(pid: number, ancestor: number): boolean {
  return pid === ancestor || (pid > 1 && isBelow(parentOf(pid), ancestor))
}

function parentOf(pid: number): number {
  return Number(/\) . (\d+)/u.exec(read(`/proc/${pid}/stat`))?.[1] ?? 0)
}

function findGroups(): string[] {
  return globSync('/sys/fs/cgroup/**/runtimo-*').map((path) => `control group ${path}`)
}

/** The pid in a name. */
function ownerOf(name: string): number {
  return Number(/runtimo-(?:[a-z]+-)?(\d+)(?:-|$)/u.exec(basename(name))?.[1] ?? 0)
}

/** By type and mount point: their numbers change. */
function findMounts(): string[] {
  const lines = read('/proc/self/mountinfo').trimEnd().split('\n')
  return lines.map((line) => {
    const [, , , , point = '', ...rest] = line.split(' ')
    return `mount ${rest[rest.indexOf('-') + 1] ?? ''} ${point}`
  })
}

function findSockets(): string[] {
  const names = read('/proc/net/unix').matchAll(/ (?<name>[@/]\S*runtimo\S*)$/gmu)
  return [...names]
    .map(({ groups }) => groups?.['name'] ?? '')
    .filter((name) => !isOfAnother(ownerOf(name)))
    .map((name) => `socket ${name}`)
}

/** Of ours, and of jobs: those have the pid of their supervisor in their name. */
function findTemporaryFiles(place: string): string[] {
  return readdirSync(place)
    .filter((name) => /^(runtimo-[a-z]|job-runtimo-)/u.test(name) && !name.startsWith(prefix))
    .filter((name) => !isOfAnother(ownerOf(name)))
    .map((name) => `directory ${join(place, name)}`)
}

/** Sockets and empty files that nobody may write to: see `Placeholders`. */
function findPlaceholders(place: string): string[] {
  const ofOthers = ledger().flatMap(({ text, owner }) => (isOfAnother(owner) ? [text] : []))
  return globSync(['*', '.*', '.git/*', '.*/*.json'], { cwd: place })
    .map((name) => join(place, name))
    .filter((path) => {
      const stat = lstatSync(path, { throwIfNoEntry: false })
      if (stat === undefined || stat.size > 0 || (stat.mode & 0o333) !== 0) return false
      return (
        (stat.isFile() || stat.isSocket()) && !ofOthers.some((text) => text.includes(JSON.stringify(path)))
      )
    })
    .map((path) => `placeholder ${path}`)
}

function findLedgerEntries(): string[] {
  return ledger()
    .filter(({ owner }) => !isOfAnother(owner))
    .map(({ path }) => `ledger entry ${path}`)
}

/** Who holds which placeholders. */
function ledger(): { path: string; text: string; owner: number }[] {
  return globSync(`/tmp/runtimo-${process.geteuid?.()}/placeholders/*.json`).map((path) => {
    const text = read(path)
    return { path, text, owner: Number(/"pid":(\d+)/u.exec(text)?.[1] ?? 0) }
  })
}

/** Not what libuv makes once for each event loop, and keeps. */
function findDescriptors(): string[] {
  return numbers('/proc/self/fd')
    .map((fd) => link(`/proc/self/fd/${fd}`))
    .filter((target) => target !== '' && !/^anon_inode:(inotify|\[io_uring\])$/u.test(target))
    .toSorted()
    .map((target, index, all) => `descriptor ${target} ${index - all.indexOf(target)}`)
}

function findChildren(): string[] {
  return numbers('/proc/self/task')
    .flatMap((thread) => read(`/proc/self/task/${thread}/children`).split(' '))
    .filter((pid) => pid.trim() !== '')
    .map((pid) => `child ${pid}`)
}

function numbers(directory: string): number[] {
  return readdirSync(directory)
    .filter((name) => /^\d+$/u.test(name))
    .map(Number)
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
