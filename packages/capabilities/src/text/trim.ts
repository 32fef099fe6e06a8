/** The bytes without a UTF-8 character that the end cuts in two. Bytes that are no UTF-8 stay as they are. */
export function trimToCharacter(bytes: Uint8Array): Uint8Array {
  for (let back = 1; back <= Math.min(4, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if ((byte & 0xc0) === 0x80) continue // a continuation: its leader stands further left
    return back < sequenceLength(byte) ? bytes.subarray(0, bytes.length - back) : bytes
  }
  return bytes
}

function sequenceLength(leader: number): number {
  if (leader >= 0xf0) return 4
  if (leader >= 0xe0) return 3
  return leader >= 0xc0 ? 2 : 1
}
