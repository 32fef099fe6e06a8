import { type Command, Option } from 'commander'
import { levels } from '@runtimo/capabilities'

/** What one can say of how a job is held. */
export function withJobFlags(command: Command): Command {
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

/** For a flag that may be given several times. */
export function collect(value: string, values: readonly string[] | undefined): readonly string[] {
  return [...(values ?? []), value]
}
