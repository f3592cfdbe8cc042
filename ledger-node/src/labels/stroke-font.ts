// Letters for pictures made of dots. No font lies beside this program: a few strokes for each character of ASCII are enough for what identifies a pack.

/** Units from the top of a capital to the base line; letters are four wide, and reach two below. */
export const GLYPH_HEIGHT = 6

/** Strokes of each character as points, two digits each: x from the left, y from the top. A point alone is a dot. */
const GLYPHS: Readonly<Record<string, string>> = {
  ' ': '',
  '!': '2024 26',
  '"': '1012 3032',
  '#': '1115 3135 0242 0444',
  $: '413010010213334445361605 2027',
  '%': '4006 0010110100 3545463635',
  '&': '4612112031320405162644',
  "'": '2022',
  '(': '30212536',
  ')': '10212516',
  '*': '2125 0244 4204',
  '+': '2125 0343',
  ',': '252617',
  '-': '1333',
  '.': '26',
  '/': '4006',
  '0': '103041453616050110 4105',
  '1': '112026 1636',
  '2': '01103041420646',
  '3': '004022324345361605',
  '4': '36300444',
  '5': '400002324345361605',
  '6': '4130100105163645443303',
  '7': '00404116',
  '8': '13020110304142331304051636454433',
  '9': '0516364541301001021343',
  ':': '22 25',
  ';': '22 252617',
  '<': '310335',
  '=': '0242 0444',
  '>': '114315',
  '?': '011030414224 26',
  '@': '3616050110304144242242',
  A: '062046 1434',
  B: '00063645443303 0030414233',
  C: '4130100105163645',
  D: '00062644422000',
  E: '40000646 0333',
  F: '400006 0333',
  G: '41301001051636454323',
  H: '0006 4046 0343',
  I: '1030 2026 1636',
  J: '4045361605',
  K: '0006 400346',
  L: '000646',
  M: '0600234046',
  N: '06004640',
  O: '103041453616050110',
  P: '06003041423303',
  Q: '103041453616050110 2446',
  R: '06003041423303 2346',
  S: '413010010213334445361605',
  T: '0040 2026',
  U: '000516364540',
  V: '002640',
  W: '0016233640',
  X: '0046 4006',
  Y: '002340 2326',
  Z: '00400646',
  '[': '30101636',
  '\\': '0046',
  ']': '10303616',
  '^': '022042',
  _: '0747',
  '`': '1021',
  a: '0312324346 441405163645',
  b: '0006 0312324345361605',
  c: '4332120305163645',
  d: '4046 4332120305163645',
  e: '044443321203051646',
  f: '40302126 1333',
  g: '4332120304153544 42473818',
  h: '0006 0312324346',
  i: '2226 20',
  j: '32372818 30',
  k: '0006 3204 1446',
  l: '202536',
  m: '0206 03122326 23324346',
  n: '0206 0312324346',
  o: '123243453616050312',
  p: '0208 0312324345361605',
  q: '4248 4332120305163645',
  r: '0206 041232',
  s: '4212031434453606',
  t: '10152636 0232',
  u: '0205163645 4246',
  v: '022642',
  w: '0216243642',
  x: '0246 4206',
  y: '0226 4218',
  z: '02420646',
  '{': '3020220313243646',
  '|': '2027',
  '}': '1020224333242616',
  '~': '03122332',
  '…': '06 26 46',
}

/** What stands for a character that has no strokes: a box, which nobody takes for a letter. */
const BOX = '0040460600'

/** The strokes of one character. */
export function strokesOf(character: string): (readonly [x: number, y: number])[][] {
  const glyph = Object.hasOwn(GLYPHS, character) ? GLYPHS[character]! : BOX
  const strokes = glyph.split(' ').filter((stroke) => stroke !== '')
  return strokes.map((stroke) => (stroke.match(/../g) ?? []).map((point) => [Number(point[0]), Number(point[1])]))
}

/** The text as it can be drawn, without its accents; undefined where it has other letters. */
export function drawable(text: string): string | undefined {
  const plain = text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[\u2010-\u2015]/g, '-')
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/[×✕]/g, 'x')
  return [...plain].every((character) => Object.hasOwn(GLYPHS, character)) ? plain : undefined
}
