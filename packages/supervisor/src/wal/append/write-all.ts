import type { StoreFile } from '../store/store.ts'

/** Appends all of the bytes, in as many writes as it takes. @throws the system's error; then a part may be there */
export async function writeAll(file: StoreFile, bytes: Buffer): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    const count = await file.append(bytes.subarray(written))
    if (count === 0) throw new Error(`wrote ${written} of ${bytes.length} bytes`)
    written += count
  }
}
