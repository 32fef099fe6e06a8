import type { Command } from 'commander'

/** Commands that read the log. */
export function addLogCommands(runtimo: Command): void {
  runtimo
    .command('logs')
    .description('show the records of the log')
    .option('-n <count>', 'the last so many (default: 20)')
    .option('--job <id>', 'only those of one job')
    .option('--type <type>', 'only those of one type, such as job_failed')
    .option('--capability <name>', 'only those of one capability')
    .option('--tenant <name>', 'only those of one tenant')
    .option('--session <id>', 'only those of one session')
    .option('--outcome <outcome>', 'only ends with this outcome, such as timed_out')
    .option('--since <time>', 'only those from then on')
    .option('--until <time>', 'only those until then')
    .option('-f, --follow', 'go on with what is written from now on')
    .option('-j, --json', 'print JSON')
    .action(async (options) => (await import('../logs.ts')).logs(options))

  runtimo
    .command('status')
    .description('show how the log stands, or what it says of a job')
    .option('-j, --job <id>', 'the job')
    .option('--json', 'print JSON')
    .action(async (options) => (await import('../status.ts')).status(options))

  runtimo
    .command('jobs')
    .description('list the jobs of the log')
    .option('-n <count>', 'the last so many (default: 20)')
    .option('--session <id>', 'only those of one session')
    .option('--outcome <outcome>', 'only those with this outcome')
    .option('-j, --json', 'print JSON')
    .action(async (options) => (await import('../jobs.ts')).jobs(options))
}
