import { rmdir } from 'node:fs/promises'
import { captureState } from '../backups/capture.ts'
import type { Change } from '../backups/state.ts'
import type { FileAccess } from '../capability.ts'
import { openPlace } from '../paths/open-place.ts'
import type { Place } from '../paths/place.ts'

/** Directories that were made on the way, as changes. */
export async function changesOf(created: readonly string[], access: FileAccess): Promise<Change[]> {
  const changes: Change[] = []
  for (const path of created) {
    using place = openDirectory(path, access)
    changes.push({ path, before: { kind: 'absent' }, after: await captureState(place) })
  }
  return changes
}

/** Takes them away again, as far as nobody uses them. */
export async function removeCreated(created: readonly string[], access: FileAccess): Promise<void> {
  try {
    for (const path of created.toReversed()) {
      using place = openDirectory(path, access)
      await rmdir(place.at)
    }
  } catch {
    // Why nothing was written says more.
  }
}

function openDirectory(path: string, access: FileAccess): Place {
  return openPlace(path, { access, workingDir: '/', purpose: 'write', followLast: false })
}
