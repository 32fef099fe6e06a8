import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { SYSCALLS } from '../syscalls.ts'
import type { Level } from './filter-fixture.ts'
import { seccompFilter } from './filter.ts'

const attacker = fileURLToPath(new URL('kernel-fixture', import.meta.url))
const isCi = process.env['CI'] !== undefined

/** Why the filter cannot be tried here; in CI there is no excuse. */
export const excuse: string | undefined = isCi ? undefined : whyNot()

function whyNot(): string | undefined {
  if (process.arch !== 'x64') return 'the attacks know the numbers of x64 only'
  return spawnSync('python3', ['-c', '']).status === 0 ? undefined : 'no python3 to attack with'
}

/** "ok", or the name of an errno or of a signal. */
export type Report = Record<string, [without: string, withFilter: string]>

/** By which a machine says that it does not allow, or does not have, something. */
const refusals = new Set(['EPERM', 'EACCES', 'ENOSYS', 'EIO', 'ENOSPC', 'EAFNOSUPPORT'])

/** Attacks that the machine refuses without a filter too prove nothing; in CI it must not. */
export function unprovenOf(report: Report): string[] {
  const unproven = isCi ? [] : Object.keys(report).filter((name) => refusals.has(report[name]?.[0] ?? ''))
  if (unproven.length > 0) console.warn(`skipped: refused here without a filter: ${unproven.join(', ')}`)
  return unproven
}

/** A folder that anybody may write to, and the filters as files in it. */
export class Kernel implements Disposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'runtimo-test-filter-'))

  constructor() {
    chmodSync(this.folder, 0o777)
    for (const level of ['process', 'sandbox'] as const) {
      writeFileSync(this.#filter(level), seccompFilter('x64', level))
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true })
  }

  attack(level: Level, group: string, user: 'root' | 'nobody'): Report {
    return JSON.parse(this.#run([this.#filter(level), 'attack', group, user]))
  }

  /** What comes of system calls of these numbers, under the filter. */
  call(level: Level, numbers: readonly number[]): string[] {
    return JSON.parse(this.#run([this.#filter(level), 'numbers'], JSON.stringify(numbers)))
  }

  /** The output of a program under the filter. */
  run(level: Level, ...argv: readonly string[]): string {
    return this.#run([this.#filter(level), 'run', ...argv])
  }

  #filter(level: Level): string {
    return join(this.folder, `${level}.filter`)
  }

  #run(args: readonly string[], input = ''): string {
    const numbers = Object.entries(SYSCALLS).map(([name, [x64]]) => [name, x64])
    const env = {
      ...process.env,
      SYSCALLS: JSON.stringify(Object.fromEntries(numbers)),
      FOLDER: this.folder,
      HOME: this.folder,
      PYTHONDONTWRITEBYTECODE: '1',
    }
    const options = { cwd: this.folder, env, input, encoding: 'utf8', timeout: 20_000 } as const
    return execFileSync('python3', [attacker, ...args], options)
  }
}
