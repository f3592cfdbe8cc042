// What the verdict says of a number that was in two places: where and when, as the records name it. Never HTML.
import { type Localized, type ProvenEvent, subjectKind } from '@tristamp/protocol'
import type { Finding } from '../check.ts'
import type { FirstKey, FirstLanguage } from '../i18n/index.ts'

/** A registered name is longer than a sentence has room for. */
const MOST_CHARACTERS = 24

/** The two records that cannot both be of this pack, the earlier first, whatever the word is; undefined where the records show no such thing. */
export function placesApart({ verdict }: Finding): readonly [ProvenEvent, ProvenEvent] | undefined {
  const found = verdict?.findings.find(({ code, subject }) => code === 'TWO_PLACES' && subject === verdict.subject)
  const [a, b] = (found?.events ?? []).map((ref) =>
    verdict?.events.find(({ entry, position }) => entry === ref.entry && position === ref.position),
  )
  return a && b && (a.event.eventTime < b.event.eventTime ? [a, b] : [b, a])
}

/** Where and when the number was; undefined where a place has no name that could be said. */
export function saidOfElsewhere(finding: Finding, { t, format, pick }: FirstLanguage): string | undefined {
  const { names } = finding.verdict ?? {}
  const two = placesApart(finding)?.map(({ event, signer: { station } }) => {
    const place = names?.places.get(station)
    const short = (text: Localized | undefined): string => {
      const characters = [...(text === undefined ? '' : pick(text))]
      return characters.length > MOST_CHARACTERS
        ? `${characters.slice(0, MOST_CHARACTERS).join('')}…`
        : characters.join('')
    }
    const at = { ms: Date.parse(event.eventTime), offset: event.eventTimeZoneOffset }
    // Where a vehicle is registered says nothing of where it was.
    const address = subjectKind(station) === 'asset' ? '' : short(place?.address)
    return { day: format.day(at), moment: format.moment(at), time: format.time(at), address, name: short(place?.name) }
  })
  if (two === undefined) return undefined
  const [a, b] = two as [(typeof two)[0], (typeof two)[0]]
  // What tells them apart: towns where they differ, days where they differ.
  const where = a.address !== b.address && a.address !== '' && b.address !== '' ? 'address' : 'name'
  const isOneDay = a.day === b.day
  if (a[where] === '' || b[where] === '') return undefined
  const [at, later] = isOneDay ? [a.moment, b.time] : [a.day, b.day]
  return t('say.elsewhere.places', { a: a[where], b: b[where], at, later })
}

/** What of it is said beside a stronger word, which may be of the whole lot and not of this code; undefined where it is the word itself. */
export function besideWord(finding: Finding): FirstKey | undefined {
  if (finding.state === 'elsewhere') return undefined
  return placesApart(finding) === undefined ? finding.counted && 'say.counted' : 'say.elsewhere'
}
