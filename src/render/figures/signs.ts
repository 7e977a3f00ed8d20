/** The characters that pictures are made of. */

/** How heavy the rules of a cell are that go up, right, down and left: 0, 1 or 2. */
export type Arms = readonly [up: number, right: number, down: number, left: number]

/** Every way in which light and heavy rules meet; the arms are the digits of a number to base 3. */
const rules = " ╴╸╷┐┑╻┒┓╶─╾┌┬┭┎┰┱╺╼━┍┮┯┏┲┳╵┘┙│┤┥╽┧┪└┴┵├┼┽┟╁╅┕┶┷┝┾┿┢╆╈╹┚┛╿┦┩┃┨┫┖┸┹┞╀╃┠╂╉┗┺┻┡╄╇┣╊╋"

export function ruleSign([up, right, down, left]: Arms): string {
  return rules[((up * 3 + right) * 3 + down) * 3 + left] ?? " "
}

/** Patterns of dots, 2 across and 4 down. */
export const braille = {
  bit: (x: number, y: number): number =>
    y === 3 ? (x === 0 ? 0x40 : 0x80) : 1 << (y + (x === 0 ? 0 : 3)),
  sign: (dots: number): string => String.fromCharCode(0x2800 + dots),
}

/** Blocks that fill a cell by eighths, from the left and from below. */
export const eighths = { across: " ▏▎▍▌▋▊▉█", up: " ▁▂▃▄▅▆▇█" }

/** What tells the points of several curves apart. */
const symbols = "○□△◇×+abcdefghijklmnopqrstuvwxyz"

export function symbolOf(index: number): string {
  return symbols[index % symbols.length] ?? "○"
}

export const dot = { marked: "●", plain: "○" }

/** The head of an arrow that goes so many columns to the right and rows down, a row as high as two columns. */
export function arrowHead(across: number, down: number): string {
  const eighth = Math.round(Math.atan2(down * 2, across) / (Math.PI / 4))
  return "→↘↓↙←↖↑↗"[(eighth + 8) % 8] ?? "→"
}
