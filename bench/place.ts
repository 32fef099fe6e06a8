import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execFileSync } from 'node:child_process'
import { Supervisor } from '@runtimo/supervisor'

/** A folder of this run, and a supervisor with its log in it: on a real disk where /tmp is one. */
export class Place implements AsyncDisposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'runtimo-bench-'))
  readonly supervisor: Supervisor = new Supervisor({
    walPath: join(this.folder, 'wal', 'wal.jsonl'),
    guards: { pressure: false, maxZombies: 1_000_000 },
  })

  async [Symbol.asyncDispose](): Promise<void> {
    await this.supervisor.close()
    rmSync(this.folder, { recursive: true })
  }
}

/** The path of a tool that a bench compares with; undefined where it is not installed. */
export function findTool(name: string): string | undefined {
  try {
    return execFileSync('/bin/sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim()
  } catch {
    return undefined
  }
}
