/** One process as /proc/PID/stat tells it. */
export interface ProcessStat {
  pid: number
  ppid: number
  pgid: number
  session: number
  /** Clock ticks since boot (100 a second); with the pid it names one process for good. */
  startTime: number
  /** Name, at most 15 bytes, chosen by the process itself: it may hold anything, newlines too. */
  comm: string
  /** One letter: R running, S sleeping, D waiting for a device, Z zombie, T stopped, … */
  state: string
  /** CPU time used, in milliseconds: in the program, in the kernel for it, and both together. */
  userMs: number
  systemMs: number
  cpuMs: number
  /** The same of the children that it has waited for, and theirs. */
  waitedUserMs: number
  waitedSystemMs: number
  /** Resident memory. */
  rssBytes: number
  threads: number
}

// USER_HZ is 100 on every platform that Node runs on.
const MS_PER_TICK = 10

// Of the numbers after the state, see proc_pid_stat(5).
const fields = {
  ppid: 0,
  pgid: 1,
  session: 2,
  utime: 10,
  stime: 11,
  cutime: 12,
  cstime: 13,
  threads: 16,
  start: 18,
  rss: 20,
}
const fieldCount = 21

/**
 * Parses /proc/PID/stat; undefined when it is not a whole one. `pageSize` is the unit of its resident memory. Read for
 * each process of the machine around each job: a pattern took three times as long.
 */
export function parseStat(text: string, pageSize: number = 4096): ProcessStat | undefined {
  // Only the last bracket ends the name: nothing after it can be chosen by the process.
  const close = text.lastIndexOf(')')
  const open = text.indexOf(' (')
  const pid = readNumbers(text, 0, 1)?.[0]
  const state = text[close + 2] ?? ''
  if (pid === undefined || pid < 0 || open !== `${pid}`.length || close <= open) return undefined
  if (text[close + 1] !== ' ' || !/^[A-Za-z]$/.test(state) || text[close + 3] !== ' ') return undefined
  const numbers = readNumbers(text, close + 4, fieldCount)
  if (numbers === undefined) return undefined
  const at = (field: keyof typeof fields): number => numbers[fields[field]] ?? 0
  const userMs = at('utime') * MS_PER_TICK
  const systemMs = at('stime') * MS_PER_TICK
  return {
    pid,
    ppid: at('ppid'),
    pgid: at('pgid'),
    session: at('session'),
    startTime: at('start'),
    comm: text.slice(open + 2, close),
    state,
    userMs,
    systemMs,
    cpuMs: userMs + systemMs,
    waitedUserMs: at('cutime') * MS_PER_TICK,
    waitedSystemMs: at('cstime') * MS_PER_TICK,
    rssBytes: at('rss') * pageSize,
    threads: at('threads'),
  }
}

const [space, minus, zero, nine] = [0x20, 0x2d, 0x30, 0x39]

/** So many whole numbers from a place on, each followed by a space; undefined when there are fewer. */
function readNumbers(text: string, from: number, count: number): number[] | undefined {
  const numbers: number[] = []
  let at = from
  while (numbers.length < count) {
    const isNegative = text.charCodeAt(at) === minus
    if (isNegative) at++
    const first = at
    let value = 0
    for (let code = text.charCodeAt(at); code >= zero && code <= nine; code = text.charCodeAt(++at)) {
      value = value * 10 + code - zero
    }
    if (at === first || text.charCodeAt(at) !== space) return undefined
    at++
    numbers.push(isNegative ? -value : value)
  }
  return numbers
}

/**
 * Whether nothing of it runs any more, though its parent may not have waited for it yet. A first thread that ended
 * alone shows as a zombie, but the process lives on in the others.
 */
export function isOver({ state, threads }: Pick<ProcessStat, 'state' | 'threads'>): boolean {
  return 'ZXx'.includes(state) && threads <= 1
}
