/// What is to go wrong between the job and the server, once.
public struct Fault: Sendable, CustomStringConvertible {
    /// Who sends the message in question.
    public enum Direction: String, Sendable, CaseIterable {
        /// The job.
        case frontend
        /// The server.
        case backend
    }

    /// The message in question.
    public enum Point: Sendable, Hashable {
        /// The n-th of its direction, from 1, over all connections.
        case message(Int)
        /// The n-th of a type, from 1, over all connections: `d` is COPY data.
        case type(Character, Int)
        /// The n-th that contains a text, from 1, over all connections.
        case text(String, Int)
    }

    /// When it goes wrong.
    public enum Moment: String, Sendable, CaseIterable {
        /// The message is not passed on: what the other side has done, its sender never hears of.
        case before
        /// The message has been passed on.
        case after
    }

    /// What happens.
    public enum Action: Sendable {
        /// The connection breaks.
        case cut
        /// Nothing is passed on any more, and nobody is told.
        case silence
        /// The job is killed by SIGKILL, then the connection breaks.
        case kill
        /// Something is done first, then the connection goes on as it can.
        case call(@Sendable () -> Void)
    }

    /// Who sends the message in question.
    public let direction: Direction
    /// The message in question.
    public let point: Point
    /// When it goes wrong.
    public let moment: Moment
    /// What happens.
    public let action: Action

    /// Makes a fault.
    public init(_ direction: Direction, _ point: Point, _ moment: Moment, _ action: Action) {
        self.direction = direction
        self.point = point
        self.moment = moment
        self.action = action
    }

    /// As in "cut before frontend message 17".
    public var description: String {
        let name =
            switch action {
            case .cut: "cut"
            case .silence: "silence"
            case .kill: "kill"
            case .call: "call"
            }
        let message =
            switch point {
            case .message(let number): "message \(number)"
            case .type(let type, let number): "message \(type) \(number)"
            case .text(let text, let number): "message \(number) with \"\(text)\""
            }
        return "\(name) \(moment.rawValue) \(direction.rawValue) \(message)"
    }
}
