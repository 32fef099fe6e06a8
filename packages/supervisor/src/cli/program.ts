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

  withJobFlags(runtimo.command('run'))
    .description('run one job')
    .requiredOption('-c, --capability <name>', 'what to run, see `runtimo list`')
    .option('-a, --args <json>', 'arguments as JSON')
    .option('--args-file <file>', 'arguments from a file')
    .option('--args-stdin', 'arguments from standard input')
    .option('--timeout <seconds>', 'hard deadline (default: 30)')
    .option('--session <id>', 'the session that the job belongs to')
    .option('--dry-run', 'say what would be done, and change nothing')
    .option('--wait <seconds>', 'wait so long for CPU and memory pressure to fall (default: 15)')
    .option('--no-pressure-guard', 'run whatever the pressure')
    .option('-j, --json', 'print the result as one JSON document')
    .option('-q, --quiet', 'print only what the job prints')
    .option('--raw', "pass the job's output on unescaped, when it does not go to a terminal")
    .action(async (options) => (await import('./run.ts')).run(options))

  withJobFlags(runtimo.command('explain'))
    .description('say what would hold a job, and start nothing')
    .requiredOption('-c, --capability <name>', 'what would be run')
    .option('-a, --args <json>', 'arguments as JSON')
    .option('--args-file <file>', 'arguments from a file')
    .option('--args-stdin', 'arguments from standard input')
    .option('--tape', 'print every system call of the launcher')
    .option('-j, --json', 'print JSON')
    .action(async (options) => (await import('./explain.ts')).explain(options))

  runtimo
    .command('doctor')
    .description('try what this machine can do for jobs, and say how to mend what it cannot')
    .option('-j, --json', 'print JSON')
    .action(async (options) => (await import('./doctor.ts')).doctor(options))

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

/** What one can say of how a job is held. */
function withJobFlags(command: Command): Command {
  return command
    .option('--from <module>', 'a file, folder or package whose default export is the capability')
    .option('--cwd <dir>', 'working directory of the job, which it may write')
    .addOption(
      new Option(
        '--level <level>',
        'where to run it (default: sandbox, of our own functions: process)',
      ).choices(levels),
    )
    .option('--memory <size>', 'most memory of the whole job, such as 512M')
    .option('--cpu-time <seconds>', 'most CPU time of the whole job')
    .option('--cpu-share <cores>', 'most processors at once, such as 0.5')
    .option('--pids <count>', 'most processes and threads at once')
    .option('--read <dir>', 'a directory that it may read as well', collect)
    .option('--write <dir>', 'a directory that it may write, in the place of the working directory', collect)
    .option('--require <field=value>', 'run only when this is in force, such as seccomp=true', collect)
}

function collect(value: string, values: readonly string[] | undefined): readonly string[] {
  return [...(values ?? []), value]
}
