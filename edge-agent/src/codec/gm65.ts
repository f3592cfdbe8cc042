/** `7E 00 | type | length | address | data | CRC-16/XMODEM over type to data`: the modules GM65, GM72, GM805 and FM30. */
export function gm65Command(address: number, value: number): Uint8Array {
  const body = [0x08, 0x01, address >> 8, address & 0xff, value]
  const crc = xmodem(body)
  return Uint8Array.from([0x7e, 0x00, ...body, crc >> 8, crc & 0xff])
}

/** Reads one code; the module answers with its acknowledgement, then with the scan. */
export const TRIGGER: Uint8Array = gm65Command(0x0002, 0x01)

/** CRC-16/XMODEM: polynomial 0x1021, start 0. */
function xmodem(bytes: readonly number[]): number {
  let crc = 0
  for (const byte of bytes) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff
  }
  return crc
}
