import { ProcReader } from '../../processes/proc-reader.ts'
import { readExe } from '../../processes/exe.ts'
import { parsePidInside } from '../../processes/pid-inside.ts'
import { parseStat, type ProcessStat } from '../../processes/stat.ts'

/** Small, synchronous reads of `/proc/PID`; undefined when the process is gone. */
export class ProcEntries {
  readonly #reader = new ProcReader()

  comm(pid: number): string | undefined {
    return this.#reader.read(`/proc/${pid}/comm`)?.replace(/\n$/, '')
  }

  /** Null where it has no other pid inside. */
  pidInside(pid: number): number | null | undefined {
    const status = this.#reader.read(`/proc/${pid}/status`)
    return status === undefined ? undefined : (parsePidInside(status) ?? null)
  }

  exe(pid: number): string | undefined {
    return readExe(pid)
  }

  stat(pid: number): ProcessStat | undefined {
    const line = this.#reader.read(`/proc/${pid}/stat`)
    return line === undefined ? undefined : parseStat(line)
  }
}
