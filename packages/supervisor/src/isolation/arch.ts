import process from 'node:process'
import { RuntimoError } from '@runtimo/capabilities'
import type { Arch } from '@runtimo/worker'

/** @throws RT_POSTURE_UNAVAILABLE */
export function arch(): Arch {
  const { arch: found } = process
  if (found === 'x64' || found === 'arm64') return found
  throw new RuntimoError(
    'RT_POSTURE_UNAVAILABLE',
    `there is a launcher for x64 and arm64, not for ${found}`,
    {
      missing: [
        { field: 'level', wanted: 'sandbox', cause: `the processor is ${found}`, cure: 'use x64 or arm64' },
      ],
    },
  )
}
