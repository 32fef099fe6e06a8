import { closeSync, openSync, readlinkSync, readSync } from 'node:fs'

export interface ProcStat {
  readonly state: string
  readonly startTime: number
}

/** Small, synchronous reads of `/proc/PID`; undefined when the process is gone. */
export class ProcEntries {
  readonly #buffer: Buffer = Buffer.alloc(1024)

  comm(pid: number): string | undefined {
    return this.#read(`/proc/${pid}/comm`)?.replace(/\n$/, '')
  }

  exe(pid: number): string | undefined {
    try {
      return readlinkSync(`/proc/${pid}/exe`)
    } catch {
      return undefined
    }
  }

  stat(pid: number): ProcStat | undefined {
    const line = this.#read(`/proc/${pid}/stat`)
    if (line === undefined) return undefined
    // The name in brackets may hold anything; what follows is counted from field 3, the state.
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0] ?? '', startTime: Number(fields[19]) }
  }

  #read(path: string): string | undefined {
    try {
      const fd = openSync(path, 'r')
      try {
        return this.#buffer.toString('utf8', 0, readSync(fd, this.#buffer))
      } finally {
        closeSync(fd)
      }
    } catch {
      return undefined
    }
  }
}
