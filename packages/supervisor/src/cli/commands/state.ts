import type { Command } from 'commander'

/** Sessions and the configuration. */
export function addStateCommands(runtimo: Command): void {
  const session = runtimo.command('session').description('group jobs, to find and to undo them together')

  session
    .command('create')
    .description('create a session and print its id')
    .option('--name <name>', 'a name that may be used in the place of the id')
    .option('-j, --json', 'print JSON')
    .action(async (options) => (await import('../session.ts')).createSession(options))

  session
    .command('list')
    .description('list the sessions')
    .option('-j, --json', 'print JSON')
    .action(async (options) => (await import('../session.ts')).listSessions(options))

  session
    .command('show <id>')
    .description('show a session and its jobs')
    .option('-j, --json', 'print JSON')
    .action(async (id, options) => (await import('../session.ts')).showSession(id, options))

  session
    .command('close <id>')
    .description('close a session: it takes no more jobs')
    .option('-j, --json', 'print JSON')
    .action(async (id, options) => (await import('../session.ts')).closeSession(id, options))

  const config = runtimo.command('config').description('see docs/configuration.md')

  config
    .command('show')
    .description('show what is in force')
    .option('--origin', 'with where each value comes from')
    .option('-j, --json', 'print JSON')
    .action(async (options) => (await import('../config.ts')).showConfig(options))

  config
    .command('check [file]')
    .description('say all that is wrong with the configuration, or with a file')
    .option('-j, --json', 'print JSON')
    .action(async (file, options) => (await import('../config.ts')).checkConfig(file, options))
}
