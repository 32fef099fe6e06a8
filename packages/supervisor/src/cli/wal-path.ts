import { loadConfig } from '../config/load.ts'

/** The log's file, as the configuration has it, for commands that only read the log. @throws RT_CONFIG_INVALID */
export async function configuredWalPath(): Promise<string> {
  const { values } = await loadConfig()
  return values['wal.path']
}
