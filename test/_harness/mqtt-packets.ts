import type { Packets } from './tcp-proxy.ts'

const PUBLISH = 3
const DUP = 0x08
/** Quality of service 1 or 2: only there may a packet be sent again (MQTT 3.1.1 §4.4). */
const QOS = 0x06

/** MQTT control packets (MQTT 3.1.1 §2.2), and which of them a sender that has heard no confirmation sends again: with DUP (§3.3.1.1). */
export const mqttPackets: Packets = {
  split() {
    let rest = Buffer.alloc(0)
    return (chunk) => {
      rest = Buffer.concat([rest, chunk])
      const whole: Buffer[] = []
      for (let length = lengthOf(rest); length !== undefined && length <= rest.length; length = lengthOf(rest)) {
        whole.push(rest.subarray(0, length))
        rest = rest.subarray(length)
      }
      return whole
    }
  },
  again(packet) {
    const first = packet[0] ?? 0
    if (first >> 4 !== PUBLISH || (first & QOS) === 0) return undefined
    const copy = Buffer.from(packet)
    copy[0] = first | DUP
    return copy
  },
}

/** Of the packet that begins here, its header included; undefined while that is not known. */
function lengthOf(bytes: Buffer): number | undefined {
  let length = 0
  for (let i = 1; i <= 4; i++) {
    const byte = bytes[i]
    if (byte === undefined) return undefined
    length += (byte & 0x7f) * 128 ** (i - 1)
    if (byte < 0x80) return 1 + i + length
  }
  throw new Error('no MQTT packet')
}
