import { Command, Option } from 'commander'
import { levels } from '@runtimo/capabilities'
import { version } from './version.ts'

/** The command line. What a command needs is loaded when it is called: `--help` pays for none of it. */
export function program(): Command {
  const runtimo = new Command('runtimo')
    .description('Runs capabilities: watched, guarded, killed at their deadline, recorded.')
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .showSuggestionAfterError()

  runtimo
    .command('run')
    .description('run one job')
    .requiredOption('-c, --capability <name>', 'what to run, see `runtimo list`')
    .option('-a, --args <json>', 'arguments as JSON')
    .option('--args-file <file>', 'arguments from a file')
    .option('--args-stdin', 'arguments from standard input')
    .option('--from <file>', 'a JavaScript or TypeScript module whose default export is the capability')
    .option('--timeout <seconds>', 'hard deadline (default: 30)')
    .option('--cwd <dir>', 'working directory of the job')
    .addOption(new Option('--level <level>', 'where to run it (default: process)').choices(levels))
    .option('--session <id>', 'the session that the job belongs to')
    .option('--dry-run', 'say what would be done, and change nothing')
    .option('--wait <seconds>', 'wait so long for CPU and memory pressure to fall (default: 15)')
    .option('--no-pressure-guard', 'run whatever the pressure')
    .option('-j, --json', 'print the result as one JSON document')
    .option('-q, --quiet', 'print only what the job prints')
    .option('--raw', "pass the job's output on unescaped, when it does not go to a terminal")
    .action(async (options) => (await import('./run.ts')).run(options))

  runtimo
    .command('list')
    .description('list the capabilities')
    .option('--schema', 'with the schemas of their arguments')
    .option('-j, --json', 'print JSON')
    .action(async (options) => (await import('./list.ts')).list(options))

  runtimo
    .command('logs')
    .description('show the records of the log')
    .option('-n <count>', 'the last so many (default: 20)')
    .option('--job <id>', 'only those of one job')
    .option('-j, --json', 'print JSON')
    .action(async (options) => (await import('./logs.ts')).logs(options))

  runtimo
    .command('telemetry')
    .description('show CPU, memory, disk, network and accelerators')
    .option('-j, --json', 'print JSON')
    .action(async (options) => (await import('./telemetry.ts')).telemetry(options))

  runtimo
    .command('processes')
    .description('show the processes that use the most')
    .option('-n <count>', 'so many (default: 15)')
    .option('-j, --json', 'print JSON, all of them')
    .action(async (options) => (await import('./processes.ts')).processes(options))

  runtimo
    .command('zombies')
    .description('show processes that ended without being reaped')
    .option('-j, --json', 'print JSON')
    .action(async (options) => (await import('./processes.ts')).zombies(options))

  runtimo
    .command('version')
    .description('print the version')
    .option('-j, --json', 'print JSON')
    .action(({ json }: { json?: boolean }) => {
      const text =
        json === true ? JSON.stringify({ version: version(), node: process.version }) : `runtimo ${version()}`
      process.stdout.write(`${text}\n`)
    })

  return runtimo
}
