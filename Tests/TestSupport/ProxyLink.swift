import Foundation
import Synchronization

/// One connection through the proxy: a socket to the job, and one to the server.
final class ProxyLink: Sendable {
    private struct State {
        var isSilent = false
        var isCut = false
        var awaitsAnswerByte = false
    }

    private let client: Int32
    /// nil where nobody listens behind the proxy.
    private let server: Int32?
    private let state = Mutex(State())

    init(client: Int32, server: Int32?) {
        self.client = client
        self.server = server
    }

    deinit {
        close(client)
        if let server { close(server) }
    }

    /// The directions in which something may come.
    var directions: [Fault.Direction] { server == nil ? [.frontend] : [.frontend, .backend] }

    /// Whether nothing is passed on any more.
    var isSilent: Bool { state.withLock { $0.isSilent } }

    /// From now on nothing is passed on, and nobody is told.
    func silence() { state.withLock { $0.isSilent = true } }

    /// Breaks the connection on both sides; what was sent before still arrives.
    func cut() {
        state.withLock { $0.isCut = true }
        shutdown(client, Int32(SHUT_RDWR))
        if let server { shutdown(server, Int32(SHUT_RDWR)) }
    }

    /// Sends a message on to the side that it is for.
    func send(_ message: ProtocolMessage) {
        if state.withLock({ $0.isCut || $0.isSilent }) { return }
        guard let receiver = message.direction == .frontend ? server : client else { return }
        // Where the receiver is gone, its own direction ends the connection.
        _ = sendAll(receiver, message.bytes)
    }

    /// Reads what one side sends, message by message, until it closes.
    func relay(_ direction: Fault.Direction, _ pass: (ProtocolMessage) -> Void) {
        guard let sender = direction == .frontend ? client : server else { return }
        var reader = MessageReader(direction)
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = recv(sender, &buffer, buffer.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            if isSilent { continue }
            reader.feed(buffer[..<count])
            while let message = next(&reader) { pass(message) }
        }
        // A silent server's end is not told; the job's end is.
        if direction == .frontend || !isSilent { cut() }
    }

    private func next(_ reader: inout MessageReader) -> ProtocolMessage? {
        let isAnswerByte = state.withLock { $0.awaitsAnswerByte }
        guard let message = reader.next(isAnswerByte: isAnswerByte) else { return nil }
        state.withLock { state in
            if message.direction == .frontend { state.awaitsAnswerByte = reader.awaitsAnswerByte }
            if message.direction == .backend { state.awaitsAnswerByte = false }
        }
        return message
    }
}
