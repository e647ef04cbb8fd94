import Foundation
import Synchronization

/// Stands between the job and a server, counts the protocol's messages, and carries out one fault.
public final class FaultProxy: Sendable {
    /// How many messages have passed.
    public struct Counts: Sendable, Hashable, CustomStringConvertible {
        /// Sent by the job.
        public var frontend = 0
        /// Sent by the server.
        public var backend = 0

        /// The count of a direction.
        public subscript(direction: Fault.Direction) -> Int {
            get { direction == .frontend ? frontend : backend }
            set { if direction == .frontend { frontend = newValue } else { backend = newValue } }
        }

        /// As in "frontend 190, backend 216".
        public var description: String { "frontend \(frontend), backend \(backend)" }
    }

    /// Changes a message on its way; nil swallows it.
    public typealias Tamper = @Sendable (ProtocolMessage) -> ProtocolMessage?

    private struct State {
        var counts = Counts()
        /// Messages of the fault's direction that are of its type or contain its text.
        var matches = 0
        var hasFired = false
        var isDeaf = false
        var isStopped = false
        var victim: RunningProgram?
        var links: [ProxyLink] = []
    }

    /// The port of 127.0.0.1 that the proxy listens on.
    public let port: UInt16
    private let server: ServerAddress
    private let fault: Fault?
    private let tamper: Tamper
    private let staysDeaf: Bool
    private let state = Mutex(State())

    /// Starts to listen.
    ///
    /// - Parameters:
    ///   - server: where connections go on to.
    ///   - fault: what goes wrong; nil for nothing.
    ///   - staysDeaf: whether after a `silence` new connections find silence as well, as of a server that froze.
    ///   - tamper: changes messages on their way.
    public init(
        to server: ServerAddress, fault: Fault? = nil, staysDeaf: Bool = false, tamper: @escaping Tamper = { $0 }
    ) throws {
        let listener: Int32
        (listener, port) = try listenOnLoopback()
        self.server = server
        self.fault = fault
        self.staysDeaf = staysDeaf
        self.tamper = tamper
        Thread.detachNewThread { [weak self, listener] in
            defer { close(listener) }
            while true {
                var descriptor = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
                guard poll(&descriptor, 1, 50) >= 0 || errno == EINTR, let self, !self.isStopped else { return }
                guard descriptor.revents != 0 else { continue }
                let client = accept(listener, nil, nil)
                if client >= 0 { self.open(client) }
            }
        }
    }

    deinit { stop() }

    /// The messages that have passed.
    public var counts: Counts { state.withLock { $0.counts } }

    /// Whether the fault's message was reached.
    public var hasFired: Bool { state.withLock { $0.hasFired } }

    /// The program that a `kill` kills.
    public func setVictim(_ program: RunningProgram) { state.withLock { $0.victim = program } }

    /// Breaks all connections and accepts no more.
    public func stop() {
        state.withLock { $0.isStopped = true }
        breakConnections()
    }

    /// Breaks all connections; new ones are accepted.
    public func breakConnections() {
        for link in state.withLock({ $0.links }) { link.cut() }
    }

    private var isStopped: Bool { state.withLock { $0.isStopped } }

    private func open(_ client: Int32) {
        closeOnExec(client)
        if staysDeaf, state.withLock({ $0.isDeaf }) {
            let link = ProxyLink(client: client, server: nil)
            link.silence()
            add(link)
            return
        }
        guard let upstream = connectSocket(to: server) else {
            shutdown(client, Int32(SHUT_RDWR))
            close(client)
            return
        }
        add(ProxyLink(client: client, server: upstream))
    }

    private func add(_ link: ProxyLink) {
        let isStopped = state.withLock { state in
            state.links.append(link)
            return state.isStopped
        }
        if isStopped { link.cut() }
        for direction in link.directions {
            // Strong references: the proxy lives as long as its threads relay.
            Thread.detachNewThread { [self] in link.relay(direction) { self.pass($0, of: link) } }
        }
    }

    /// Passes a message on, or lets happen what is to happen at it.
    private func pass(_ message: ProtocolMessage, of link: ProxyLink) {
        if link.isSilent { return }
        guard isReached(message), let fault else {
            forward(message, of: link)
            return
        }
        if fault.moment == .after { forward(message, of: link) }
        carryOut(fault.action, on: link)
        if fault.moment == .before, case .call = fault.action { forward(message, of: link) }
    }

    private func forward(_ message: ProtocolMessage, of link: ProxyLink) {
        if let message = tamper(message) { link.send(message) }
    }

    /// Counts a message; true for the one at which the fault happens, once.
    private func isReached(_ message: ProtocolMessage) -> Bool {
        state.withLock { state in
            state.counts[message.direction] += 1
            guard let fault, fault.direction == message.direction, !state.hasFired else { return false }
            let (isMatch, wanted) =
                switch fault.point {
                case .message(let number): (true, number)
                case .type(let type, let number): (message.type == type, number)
                case .text(let text, let number): (message.contains(text), number)
                }
            if isMatch { state.matches += 1 }
            state.hasFired = isMatch && state.matches == wanted
            return state.hasFired
        }
    }

    private func carryOut(_ action: Fault.Action, on link: ProxyLink) {
        switch action {
        case .cut:
            link.cut()
        case .silence:
            state.withLock { $0.isDeaf = true }
            link.silence()
        case .kill:
            // The job may have connected before its process id is known here.
            for _ in 0..<2000 where state.withLock({ $0.victim == nil }) { usleep(1000) }
            state.withLock { $0.victim }?.signal(SIGKILL)
            link.cut()
        case .call(let body):
            body()
        }
    }
}
