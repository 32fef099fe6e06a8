import { pageSize } from './page-size.ts'
import { procPath, type ProcReader } from './proc-reader.ts'
import { parseStat, type ProcessStat } from './stat.ts'

/** One process of a snapshot. */
export interface ProcessInfo extends ProcessStat {
  /** Effective user id; absent when not asked for. */
  uid?: number
  /** Its arguments, the first 4,096 bytes; on request, and only of a process that has any. */
  commandLine?: readonly string[]
}

// The ids come early, after a name of at most 64 bytes.
const STATUS_BYTES = 512

/** Reads one process; undefined when it has ended meanwhile. */
export function readProcess(
  reader: ProcReader,
  root: string,
  pid: number,
  wanted: { readonly owner: boolean; readonly commandLine: boolean },
): ProcessInfo | undefined {
  const path = procPath(root, pid)
  const stat = parseStat(reader.read(`${path}/stat`) ?? '', pageSize)
  if (stat === undefined) return undefined
  const uid = wanted.owner ? readUid(reader, path) : undefined
  if (wanted.owner && uid === undefined) return undefined
  const commandLine = wanted.commandLine ? parseArguments(reader.read(`${path}/cmdline`)) : undefined
  return Object.assign(stat, uid !== undefined && { uid }, commandLine !== undefined && { commandLine })
}

/** In this file the kernel escapes newlines in the name, so no process can forge the line. */
function readUid(reader: ProcReader, path: string): number | undefined {
  const [, uid] = /\nUid:\t\d+\t(\d+)/.exec(reader.read(`${path}/status`, STATUS_BYTES) ?? '') ?? []
  return uid === undefined ? undefined : Number(uid)
}

// Each argument ends with a zero, but a process that renames itself may leave out the last.
function parseArguments(text: string | undefined): string[] | undefined {
  return text ? text.replace(/\0$/, '').split('\0') : undefined
}
