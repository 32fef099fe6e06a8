import type { Decoded } from '../read/decode.ts'

/**
 * What kind of damage it is, as far as its neighbours tell:
 * `torn` an end as a crash or a power cut leaves it, which the next writer repairs; `flipped` bytes that are not what was written;
 * `deleted` records that are missing in between or before; `reordered` records in another place, or twice;
 * `truncated` an end that is missing; `foreign` what was not written there: inserted, or rewritten.
 */
export type DamageKind = 'torn' | 'flipped' | 'deleted' | 'reordered' | 'truncated' | 'foreign'

export interface Damage {
  readonly ok: false
  readonly file: string
  /** Byte offset in the file. */
  readonly offset: number
  /** The seq that belongs there; null where nobody can tell. */
  readonly seq: number | null
  readonly kind: DamageKind
  readonly reason: string
}

export function damageAt(
  { file, offset }: Pick<Decoded, 'file' | 'offset'>,
  seq: number | undefined,
  kind: DamageKind,
  reason: string,
): Damage {
  return { ok: false, file, offset, seq: seq ?? null, kind, reason }
}
