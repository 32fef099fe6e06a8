import os from 'node:os'
import { readText } from './read-text.ts'

/** Load average of the host, /proc/loadavg. */
export interface Load {
  /** Mean number of tasks that ran or waited, over 1, 5 and 15 minutes. */
  one: number
  five: number
  fifteen: number
  /** Tasks runnable now. */
  running?: number
  /** Tasks that exist now, threads included. */
  total?: number
}

/** Reads the load average. */
export function readLoad(root: string): Load {
  const match = /^([\d.]+) ([\d.]+) ([\d.]+) (\d+)\/(\d+)/.exec(readText(root, '/proc/loadavg') ?? '')
  if (match === null) {
    const [one = 0, five = 0, fifteen = 0] = os.loadavg()
    return { one, five, fifteen }
  }
  const [one = 0, five = 0, fifteen = 0, running = 0, total = 0] = match.slice(1).map(Number)
  return { one, five, fifteen, running, total }
}
