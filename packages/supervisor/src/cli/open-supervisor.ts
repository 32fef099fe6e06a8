import { type Config, loadConfig } from '../config/load.ts'
import { toSupervisorOptions } from '../config/supervisor-options.ts'
import type { SupervisorOptions } from '../options/supervisor-options.ts'
import { Supervisor } from '../supervisor.ts'

/** What flags of the command line say, over the configuration. */
interface SupervisorFlags {
  readonly pressureGuard?: boolean | undefined
  readonly attribution?: SupervisorOptions['attribution']
}

/** A supervisor as the configuration and the flags have it; to be disposed. @throws RT_CONFIG_INVALID */
export async function openSupervisor(flags: SupervisorFlags = {}, config?: Config): Promise<Supervisor> {
  const options = toSupervisorOptions(config ?? (await loadConfig()))
  const { attribution = options.attribution, pressureGuard = options.guards?.pressure } = flags
  return new Supervisor({
    ...options,
    attribution,
    guards: { ...options.guards, pressure: pressureGuard },
  })
}
