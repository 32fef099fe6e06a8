import type { Command } from 'commander'
import { collect, withJobFlags } from './flags.ts'

/** Commands that run jobs, or say how. */
export function addJobCommands(runtimo: Command): void {
  withJobFlags(runtimo.command('run'))
    .description('run one job')
    .requiredOption('-c, --capability <name>', 'what to run, see `runtimo list`')
    .option('-a, --args <json>', 'arguments as JSON')
    .option('--args-file <file>', 'arguments from a file')
    .option('--args-stdin', 'arguments from standard input')
    .option('--timeout <seconds>', 'hard deadline (default: jobs.timeout_secs, or else 30)')
    .option('--session <id>', 'the session that the job belongs to')
    .option('--dry-run', 'say what would be done, and change nothing')
    .option(
      '--wait <seconds>',
      'wait so long for CPU and memory pressure to fall (default: jobs.wait_secs, or else 15)',
    )
    .option('--no-pressure-guard', 'run whatever the pressure')
    .option('-j, --json', 'print the result as one JSON document')
    .option('-q, --quiet', 'print only what the job prints')
    .option('--raw', "pass the job's output on unescaped, when it does not go to a terminal")
    .action(async (options) => (await import('../run.ts')).run(options))

  withJobFlags(runtimo.command('explain'))
    .description('say what would hold a job, and start nothing')
    .requiredOption('-c, --capability <name>', 'what would be run')
    .option('-a, --args <json>', 'arguments as JSON')
    .option('--args-file <file>', 'arguments from a file')
    .option('--args-stdin', 'arguments from standard input')
    .option('--tape', 'print every system call of the launcher')
    .option('-j, --json', 'print JSON')
    .action(async (options) => (await import('../explain.ts')).explain(options))

  runtimo
    .command('undo')
    .description('put files back to what they were before a job or a session')
    .option('-j, --job <id>', 'the job')
    .option('--session <id>', 'all jobs of a session, the newest first; its id or its name')
    .option('--dry-run', 'show the difference, and change nothing')
    .option('--path <path>', 'only this file', collect)
    .option('--force <path>', 'restore this file though it is not what the job left', collect)
    .option('--json', 'print the result as one JSON document')
    .action(async (options) => (await import('../undo.ts')).undo(options))
}
