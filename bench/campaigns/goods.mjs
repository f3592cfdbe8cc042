// What the lives of goods have in common: cases, kilograms, the air around them.

/** A case's number, with its check digit. */
export function unit(life) {
  const digits = `39506000134${String(life.random.below(1_000_000)).padStart(6, '0')}`
  const sum = [...digits].reduce((total, digit, i) => total + Number(digit) * (i % 2 === 0 ? 3 : 1), 0)
  return `https://id.gs1.org/00/${digits}${(10 - (sum % 10)) % 10}`
}
export const kg = (epcClass, quantity) => ({ epcClass, quantity, uom: 'KGM' })

/** Reads the air of where the goods are, along with an event. */
export const air = (life, hours, options) => ({ sensorElementList: life.air(hours, options) })
