import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Supervisor, type SupervisorOptions } from '@runtimo/supervisor'
import { onTestFinished } from 'vitest'

/** A directory of the test's own, gone after it. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'runtimo-test-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** A supervisor with a log of its own, closed after the test. The load and the dead that tests make are no reason to refuse. */
export function testSupervisor(options: SupervisorOptions = {}): Supervisor {
  const walPath = join(temporaryDirectory(), 'wal.jsonl')
  const supervisor = new Supervisor({
    walPath,
    guards: { pressure: false, maxZombies: 1_000_000 },
    ...options,
  })
  onTestFinished(() => supervisor.close())
  return supervisor
}

export function fixture(name: string): string {
  return fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url))
}
