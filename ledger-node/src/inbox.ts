import { Aedes, type AedesOptions, type Client, type PublishPacket } from 'aedes'

/** Stands in a packet for a payload that the node has taken in. */
export const TAKEN: Buffer = Buffer.alloc(0)

type Done = (error?: Error) => void

/**
 * A broker in which what a client publishes may end with the node. Nobody can subscribe to it: looking among all topics for those who
 * do was a quarter of the broker's work for a packet (measured).
 */
export class InboxBroker extends Aedes {
  static async open(options: AedesOptions): Promise<InboxBroker> {
    const broker = new InboxBroker(options)
    await broker.listen()
    return broker
  }

  /** For what comes from a client the broker names it before `done`, and has acknowledged the packet by then. */
  override publish(packet: PublishPacket, ...rest: [Done] | [Client | null, Done]): void {
    const done = rest.at(-1) as Done
    if (packet.payload === TAKEN) done()
    else super.publish(packet, ...(rest as [Done]))
  }
}
