import process from 'node:process'
import type { Command } from 'commander'
import { version } from '../version.ts'

/** Commands that tell of this machine and of this program. */
export function addMachineCommands(runtimo: Command): void {
  runtimo
    .command('doctor')
    .description('try what this machine can do for jobs, and say how to mend what it cannot')
    .option('-j, --json', 'print JSON')
    .action(async (options) => (await import('../doctor.ts')).doctor(options))

  runtimo
    .command('list')
    .description('list the capabilities')
    .option('--schema', 'with the schemas of their arguments')
    .option('-j, --json', 'print JSON')
    .action(async (options) => (await import('../list.ts')).list(options))

  runtimo
    .command('telemetry')
    .description('show CPU, memory, disk, network and accelerators')
    .option('-j, --json', 'print JSON')
    .action(async (options) => (await import('../telemetry.ts')).telemetry(options))

  runtimo
    .command('processes')
    .description('show the processes that use the most')
    .option('-n <count>', 'so many (default: 15)')
    .option('-j, --json', 'print JSON, all of them')
    .action(async (options) => (await import('../processes.ts')).processes(options))

  runtimo
    .command('zombies')
    .description('show processes that ended without being reaped')
    .option('-j, --json', 'print JSON')
    .action(async (options) => (await import('../processes.ts')).zombies(options))

  runtimo
    .command('version')
    .description('print the version')
    .option('-j, --json', 'print JSON')
    .action(({ json }: { json?: boolean }) => {
      const text =
        json === true ? JSON.stringify({ version: version(), node: process.version }) : `runtimo ${version()}`
      process.stdout.write(`${text}\n`)
    })
}
