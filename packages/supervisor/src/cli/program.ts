import { Command } from 'commander'
import { addJobCommands } from './commands/jobs.ts'
import { addLogCommands } from './commands/log.ts'
import { addMachineCommands } from './commands/machine.ts'
import { addStateCommands } from './commands/state.ts'
import { addWalCommands } from './commands/wal.ts'

/** The command line. What a command needs is loaded when it is called: `--help` pays for none of it. */
export function program(): Command {
  const runtimo = new Command('runtimo')
    .description('Runs capabilities: watched, guarded, killed at their deadline, recorded.')
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .showSuggestionAfterError()
  addJobCommands(runtimo)
  addLogCommands(runtimo)
  addWalCommands(runtimo)
  addStateCommands(runtimo)
  addMachineCommands(runtimo)
  return runtimo
}
