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

// state ppid pgid session, 7 others, utime stime cutime cstime, 2 others, num_threads, another, starttime vsize rss;
// see proc_pid_stat(5).
const AFTER_NAME =
  /^\) ([A-Za-z]) (\d+) (-?\d+) (-?\d+)(?: -?\d+){7} (\d+) (\d+) (-?\d+) (-?\d+)(?: -?\d+){2} (\d+) -?\d+ (\d+) \d+ (-?\d+) /

/** Parses /proc/PID/stat; undefined when it is not a whole one. `pageSize` is the unit of its resident memory. */
export function parseStat(text: string, pageSize: number = 4096): ProcessStat | undefined {
  // Only the last bracket ends the name: nothing after it can be chosen by the process.
  const close = text.lastIndexOf(')')
  const pid = /^(\d+) \(/.exec(text)
  const match = AFTER_NAME.exec(text.slice(close))
  if (pid === null || match === null) return undefined
  const [
    ppid = 0,
    pgid = 0,
    session = 0,
    user = 0,
    system = 0,
    waitedUser = 0,
    waitedSystem = 0,
    threads = 0,
    startTime = 0,
    rss = 0,
  ] = match.slice(2).map(Number)
  return {
    pid: Number(pid[1]),
    ppid,
    pgid,
    session,
    startTime,
    comm: text.slice(pid[0].length, close),
    state: match[1] ?? '',
    userMs: user * MS_PER_TICK,
    systemMs: system * MS_PER_TICK,
    cpuMs: (user + system) * MS_PER_TICK,
    waitedUserMs: waitedUser * MS_PER_TICK,
    waitedSystemMs: waitedSystem * MS_PER_TICK,
    rssBytes: rss * pageSize,
    threads,
  }
}

/**
 * Whether nothing of it runs any more, though its parent may not have waited for it yet. A first thread that ended
 * alone shows as a zombie, but the process lives on in the others.
 */
export function isOver({ state, threads }: Pick<ProcessStat, 'state' | 'threads'>): boolean {
  return 'ZXx'.includes(state) && threads <= 1
}
