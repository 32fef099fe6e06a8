/**
 * A key that one object of this JSON text has twice: readers differ in which of the two counts, so what was checked
 * may not be what runs. Undefined when there is none. The text is valid JSON.
 */
export function findDuplicateKey(json: string): string | undefined {
  const open: (Set<string> | undefined)[] = []
  for (let at = 0; at < json.length; at++) {
    const character = json[at]
    if (character === '{') open.push(new Set())
    else if (character === '[') open.push(undefined)
    else if (character === '}' || character === ']') open.pop()
    else if (character === '"') {
      const end = endOfString(json, at)
      if (isKey(json, end)) {
        const key = String(JSON.parse(json.slice(at, end)))
        const keys = open.at(-1)
        if (keys?.has(key) === true) return key
        keys?.add(key)
      }
      at = end - 1
    }
  }
  return undefined
}

/** Of the string that begins at `start`: where what follows it begins. No pattern: those have a stack. */
function endOfString(json: string, start: number): number {
  let at = start + 1
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1
  return at + 1
}

function isKey(json: string, end: number): boolean {
  const colon = /\s*:/uy
  colon.lastIndex = end
  return colon.test(json)
}
