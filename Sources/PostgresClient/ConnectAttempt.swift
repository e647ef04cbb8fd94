internal import CLibPQ

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// One attempt to connect, without ever blocking for long, that knows how far it came.
///
/// libpq's blocking call hides two things that decide what is to be done next: the SQLSTATE with which a server turned
/// us away, and whether there was a server at all.
struct ConnectAttempt {
    let settings: [(keyword: String, value: String)]
    /// Throws where the attempt is to be given up; asked every tenth of a second.
    let check: () throws -> Void

    /// How far the attempt came with any of the hosts.
    private var hasReachedServer = false
    private var peerHasClosed = false
    private var hasTimedOut = false
    private var messages: [String] = []

    init(settings: [(keyword: String, value: String)], check: @escaping () throws -> Void) {
        self.settings = settings
        self.check = check
    }

    /// Connects to the first host of the list that will do.
    ///
    /// - Returns: the connection, which the caller owns.
    /// - Throws: `PostgresError` of kind `unreachable`, `cannotConnect`, `noWritableServer` or `connectionLost`, or the
    ///   error of `check`; the attempt's resources are released.
    mutating func run() throws -> OpaquePointer {
        var hosts: HostList?
        while true {
            let all = settings + (hosts?.settings ?? [])
            let (keywords, values) = (CStringArray(all.map(\.keyword)), CStringArray(all.map(\.value)))
            guard let connection = PQconnectStartParams(keywords.pointers, values.pointers, 1) else {
                throw PostgresError(.cannotConnect, message: "out of memory while connecting")
            }
            // The message of a refusal then holds its SQLSTATE.
            PQsetErrorVerbosity(connection, PQERRORS_VERBOSE)
            do {
                if try complete(connection) {
                    PQsetErrorVerbosity(connection, PQERRORS_DEFAULT)
                    return connection
                }
                // A host gave no sign of life: on to those after it in the list.
                let place = Place(connection)
                messages.append(
                    "connection to server at \"\(place.host)\", port \(place.port) failed: timeout expired")
                let rest = (hosts ?? HostList(connection)).after(connection)
                guard let rest else { throw failure(connection) }
                hosts = rest
                PQfinish(connection)
            } catch {
                PQfinish(connection)
                throw error
            }
        }
    }

    /// Drives the connection to its end; returns false where the host in hand gave no answer in time.
    private mutating func complete(_ connection: OpaquePointer) throws -> Bool {
        let limit = Self.timeout(of: connection)
        var place = Place(connection)
        if place.isBeyondConnecting { hasReachedServer = true }
        var start = ContinuousClock.now
        var direction = PGRES_POLLING_WRITING
        while true {
            let status = PQstatus(connection)
            if status == CONNECTION_BAD || direction == PGRES_POLLING_FAILED { throw failure(connection) }
            if direction == PGRES_POLLING_OK { return true }
            if let limit, start.duration(to: .now) > limit {
                hasTimedOut = true
                return false
            }
            try check()
            let descriptor = PQsocket(connection)
            let events = direction == PGRES_POLLING_READING ? POLLIN : POLLOUT
            guard waitForSocket(descriptor, events: Int16(events), milliseconds: 100) != 0 else { continue }
            if status != CONNECTION_STARTED && status != CONNECTION_NEEDED {
                peerHasClosed = Self.isClosed(descriptor)
            }
            direction = PQconnectPoll(connection)
            let next = Place(connection)
            if next.isBeyondConnecting { hasReachedServer = true }
            if next.host != place.host || next.port != place.port || (place.isBeyondConnecting && next.isConnecting) {
                start = .now
                peerHasClosed = false
            }
            place = next
        }
    }

    /// Whether the other side has closed: nothing is left to read, and nothing will come.
    private static func isClosed(_ descriptor: Int32) -> Bool {
        var byte: UInt8 = 0
        let count = recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT))
        return count == 0 || (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
    }

    /// `connect_timeout` of the connection, which libpq leaves to those who connect without blocking; nil for none.
    private static func timeout(of connection: OpaquePointer) -> Duration? {
        let seconds = ConnectionOptions.read(PQconninfo(connection))["connect_timeout"].flatMap { Int($0) } ?? 0
        // As in libpq, where one second is too short for a clock of whole seconds.
        return seconds > 0 ? .seconds(max(seconds, 2)) : nil
    }

    private func failure(_ connection: OpaquePointer) -> PostgresError {
        let text = ConnectMessage((messages + [trimmed(PQerrorMessage(connection))]).joined(separator: "\n"))
        var kind = PostgresError.Kind.cannotConnect
        if text.sqlStates.isEmpty && PQconnectionNeedsPassword(connection) == 0 {
            let isReadOnly = ["in_hot_standby", "default_transaction_read_only"].contains { (name: String) in
                PQparameterStatus(connection, name).map { String(cString: $0) } == "on"
            }
            if isReadOnly {
                kind = .noWritableServer
            } else if !hasReachedServer {
                kind = .unreachable
            } else if peerHasClosed || hasTimedOut {
                kind = .connectionLost
            }
        }
        var error = PostgresError(kind, message: text.message)
        // Of several hosts' refusals one that will pass decides: that host may be the one to wait for.
        error.sqlState = text.sqlStates.first(where: PostgresError.isTransient) ?? text.sqlStates.last
        return error
    }
}

/// The hosts of a connection, as its settings list them.
private struct HostList {
    private let hosts: [String]
    private let addresses: [String]
    private let ports: [String]

    init(_ connection: OpaquePointer) {
        let options = ConnectionOptions.read(PQconninfo(connection))
        func list(_ name: String) -> [String] {
            options[name].map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) } ?? []
        }
        self.init(hosts: list("host"), addresses: list("hostaddr"), ports: list("port"))
    }

    private init(hosts: [String], addresses: [String], ports: [String]) {
        (self.hosts, self.addresses, self.ports) = (hosts, addresses, ports)
    }

    /// The settings that name these hosts.
    var settings: [(keyword: String, value: String)] {
        [("host", hosts), ("hostaddr", addresses), ("port", ports)].filter { !$0.1.isEmpty }
            .map { ($0.0, $0.1.joined(separator: ",")) }
    }

    /// The hosts behind the one that a connection is at; nil where it is at the last.
    func after(_ connection: OpaquePointer) -> HostList? {
        let count = max(hosts.count, addresses.count)
        let place = Place(connection)
        let index = (0..<count).first { index in
            let names = [index < hosts.count ? hosts[index] : "", index < addresses.count ? addresses[index] : ""]
            let portHere = ports.count == 1 ? ports[0] : (index < ports.count ? ports[index] : "")
            return names.contains(place.host) && (portHere.isEmpty || portHere == place.port)
        }
        guard let index, index + 1 < count else { return nil }
        func rest(_ list: [String]) -> [String] { list.count == count ? Array(list[(index + 1)...]) : list }
        return HostList(hosts: rest(hosts), addresses: rest(addresses), ports: rest(ports))
    }
}

/// Which host an attempt is at, and whether there is a connection to it.
private struct Place {
    let host: String
    let port: String
    let isConnecting: Bool
    let isBeyondConnecting: Bool

    init(_ connection: OpaquePointer) {
        host = PQhost(connection).map { String(cString: $0) } ?? ""
        port = PQport(connection).map { String(cString: $0) } ?? ""
        let status = PQstatus(connection)
        isConnecting = status == CONNECTION_STARTED || status == CONNECTION_NEEDED
        isBeyondConnecting = !isConnecting && status != CONNECTION_BAD
    }
}

/// Waits until a socket is ready, or a time has passed; returns the events that came.
func waitForSocket(_ descriptor: Int32, events: Int16, milliseconds: Int32) -> Int16 {
    var waiting = pollfd(fd: descriptor, events: events, revents: 0)
    return poll(&waiting, 1, milliseconds) > 0 ? waiting.revents : 0
}
