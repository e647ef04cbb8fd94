/// One message of PostgreSQL's protocol, version 3.
public struct ProtocolMessage: Sendable {
    /// Who sent it.
    public let direction: Fault.Direction
    /// Its type; nil for the first ones of a connection, which have none.
    public let type: Character?
    /// The whole message, with type and length.
    public var bytes: [UInt8]
}

/// Cuts the bytes that one side sends into messages.
///
/// Source: PostgreSQL documentation, "Frontend/Backend Protocol", "Message Formats".
struct MessageReader {
    private static let sslRequest: UInt32 = 80_877_103
    private static let encryptionRequest: UInt32 = 80_877_104

    let direction: Fault.Direction
    private var buffer: [UInt8] = []
    private var position = 0
    /// Whether the frontend's next message has no type.
    private var isUntyped = true

    init(_ direction: Fault.Direction) { self.direction = direction }

    mutating func feed(_ bytes: ArraySlice<UInt8>) {
        buffer.removeFirst(position)
        position = 0
        buffer += bytes
    }

    /// The next whole message; nil where more bytes are needed.
    ///
    /// - Parameter isAnswerByte: whether the backend's next answer is the single byte to a request for encryption.
    mutating func next(isAnswerByte: Bool) -> ProtocolMessage? {
        let rest = buffer.count - position
        if direction == .backend, isAnswerByte { return rest >= 1 ? take(1, type: nil) : nil }
        if direction == .frontend, isUntyped {
            guard rest >= 8, rest >= Int(number(at: 0)) else { return nil }
            let code = number(at: 4)
            isUntyped = code == Self.sslRequest || code == Self.encryptionRequest
            return take(Int(number(at: 0)), type: nil)
        }
        guard rest >= 5, rest >= Int(number(at: 1)) + 1 else { return nil }
        return take(Int(number(at: 1)) + 1, type: Character(UnicodeScalar(buffer[position])))
    }

    /// Whether the frontend's last message asked for encryption, which is answered by a single byte.
    var awaitsAnswerByte: Bool { isUntyped }

    private func number(at offset: Int) -> UInt32 {
        buffer[(position + offset)..<(position + offset + 4)].reduce(0) { $0 << 8 | UInt32($1) }
    }

    private mutating func take(_ count: Int, type: Character?) -> ProtocolMessage {
        defer { position += count }
        return ProtocolMessage(
            direction: direction, type: type, bytes: Array(buffer[position..<(position + count)]))
    }
}

extension ProtocolMessage {
    /// The message with each occurrence of a text replaced by another of the same length.
    public func replacing(_ text: String, with other: String) -> ProtocolMessage {
        precondition(text.utf8.count == other.utf8.count, "the length of the message would change")
        var message = self
        message.bytes.replace(Array(text.utf8), with: Array(other.utf8))
        return message
    }

    /// The server's word that it ends the session, in place of this message: what an administrator does.
    public func replacedByTermination() -> ProtocolMessage {
        let fields = ["SFATAL", "VFATAL", "C57P01", "Mterminating connection due to administrator command"]
        let body: [UInt8] = fields.reduce(into: []) { $0 += Array($1.utf8) + [0] } + [0]
        var message = self
        message.bytes = [UInt8(ascii: "E"), 0, 0, 0, UInt8(body.count + 4)] + body
        return message
    }

    /// Whether a text is part of the message.
    public func contains(_ text: String) -> Bool { bytes.contains(Array(text.utf8)) }
}
