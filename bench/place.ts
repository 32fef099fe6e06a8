import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Supervisor } from '@runtimo/supervisor'

/** A folder of this run, and a supervisor with its log in it: on a real disk where /tmp is one. */
export class Place implements AsyncDisposable {
  readonly #all: string = mkdtempSync(join(tmpdir(), 'runtimo-bench-'))
  /** Workspace of the jobs; the log is not in it. */
  readonly folder: string = join(this.#all, 'work')
  readonly supervisor: Supervisor = new Supervisor({
    walPath: join(this.#all, 'wal', 'wal.jsonl'),
    guards: { pressure: false, maxZombies: 1_000_000 },
  })

  constructor() {
    mkdirSync(this.folder)
    chmodSync(this.#all, 0o755) // level process goes by the host's path
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.supervisor.close()
    rmSync(this.#all, { recursive: true })
  }
}
