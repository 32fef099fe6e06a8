import { readFileSync } from 'node:fs'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { isJsonObject, RuntimoError } from '@runtimo/capabilities'
import { isAlive, readStat } from '../../processes/index.ts'
import type { StoreFile } from '../store/store.ts'

/** Command lines that are done in a moment do not stand in the way of a daemon that begins. */
const patienceMs = 1000
const pauseMs = 20
const maxCommandLength = 300

interface Holder {
  readonly pid: number
  readonly start_time: number
  readonly command: string
}

/**
 * Takes the place of one who writes to the log, for as long as the file is open: shared, or alone. Who shares is
 * refused at once while somebody has it alone; who wants it alone waits a second for those who share it to be done.
 * @throws RT_WAL_LOCKED with `holder`: { pid, start_time, command }, or null where the system does not tell
 */
export async function occupy(file: StoreFile, logPath: string, isExclusive: boolean): Promise<void> {
  const giveUp = performance.now() + (isExclusive ? patienceMs : 0)
  while (!file.tryLock(isExclusive ? 'alone' : 'shared')) {
    if (performance.now() >= giveUp) throw await locked(file, logPath)
    await sleep(pauseMs)
  }
  if (!isExclusive) return
  // A name that cannot be written down only makes the refusal of others less clear.
  await file
    .truncate(0)
    .then(() => file.append(Buffer.from(`${JSON.stringify(describe(process.pid))}\n`)))
    .catch(() => undefined)
}

async function locked(file: StoreFile, logPath: string): Promise<RuntimoError> {
  const holder = (await readName(file)) ?? describe(file.holders().find((pid) => pid > 0))
  const name = holder === undefined ? 'another process' : `process ${holder.pid} (${holder.command})`
  const message = `${logPath} is held by ${name}`
  return new RuntimoError('RT_WAL_LOCKED', message, {
    path: logPath,
    holder: holder === undefined ? null : { ...holder },
  })
}

/** Who has it alone has written its name; one of the dead may have left its own. */
async function readName(file: StoreFile): Promise<Holder | undefined> {
  try {
    const value: unknown = JSON.parse((await file.read(0, 4096)).toString('utf8'))
    if (!isJsonObject(value)) return undefined
    const { pid, start_time: startTime, command } = value
    if (typeof pid !== 'number' || typeof startTime !== 'number' || typeof command !== 'string')
      return undefined
    return isAlive({ pid, startTime }) ? { pid, start_time: startTime, command } : undefined
  } catch {
    return undefined
  }
}

function describe(pid: number | undefined): Holder | undefined {
  const stat = pid === undefined ? undefined : readStat(pid)
  if (stat === undefined) return undefined
  return { pid: stat.pid, start_time: stat.startTime, command: readCommand(stat.pid) ?? stat.comm }
}

function readCommand(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
    return text === '' ? undefined : text.slice(0, maxCommandLength)
  } catch {
    return undefined
  }
}
