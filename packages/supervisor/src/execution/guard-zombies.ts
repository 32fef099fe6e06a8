import { checkZombies } from '../guards/zombies.ts'
import type { Capture } from './capture.ts'
import type { Services } from './services.ts'

/** Step 3. @throws RT_ZOMBIES */
export function guardZombies(before: Capture, services: Services): void {
  const launchers = [...services.runs].flatMap(({ custody }) => custody?.boundary.launcher.identity.pid ?? [])
  checkZombies(before.processes, services.maxZombies, new Set(launchers))
}
