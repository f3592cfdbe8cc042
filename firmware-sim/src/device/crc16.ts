/** CRC-16/MODBUS (polynomial 0xA001 reflected, start 0xFFFF), sent low byte first. Modbus over Serial Line V1.02 §2.5.1.2 and appendix B. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1
  }
  return crc
}

/** The frame with its checksum behind it. */
export function withCrc(body: Uint8Array): Uint8Array {
  const frame = new Uint8Array(body.length + 2)
  frame.set(body)
  const crc = crc16(body)
  frame[body.length] = crc & 0xff
  frame[body.length + 1] = crc >>> 8
  return frame
}

/** The frame without its checksum, or undefined where the checksum does not match. */
export function checkedBody(frame: Uint8Array): Uint8Array | undefined {
  if (frame.length < 4) return undefined
  const body = frame.subarray(0, -2)
  const crc = crc16(body)
  return frame.at(-2) === (crc & 0xff) && frame.at(-1) === crc >>> 8 ? body : undefined
}
