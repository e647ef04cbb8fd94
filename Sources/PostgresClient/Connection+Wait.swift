internal import CLibPQ

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

extension Connection {
    /// Sends what is still to be sent, and takes the next result; nil where the statement has no more.
    ///
    /// - Throws: `PostgresError` of kind `connectionLost` where the server is silent for longer than `answerLimit`.
    func nextResult(_ statement: Statement) throws -> OpaquePointer? {
        let connection = try open()
        var quietSince = ContinuousClock.now
        while true {
            let isUnsent = PQflush(connection) == 1
            // A broken connection is not busy either: then there is its error to take.
            if PQisBusy(connection) == 0 && !isUnsent { return PQgetResult(connection) }
            let events = isUnsent ? POLLIN | POLLOUT : POLLIN
            let ready = try wait(for: Int16(events), since: quietSince, statement)
            if ready != 0 { quietSince = .now }
            if ready & Int16(POLLIN | POLLHUP | POLLERR) != 0, PQconsumeInput(connection) == 0 {
                return PQgetResult(connection)
            }
        }
    }

    /// Sends what is still to be sent.
    ///
    /// - Throws: `PostgresError` of kind `connectionLost` where the server takes nothing for longer than `answerLimit`.
    func flush(_ statement: Statement) throws {
        let connection = try open()
        var quietSince = ContinuousClock.now
        while true {
            switch PQflush(connection) {
            case 0: return
            case 1: break
            default: throw connectionError(statement)
            }
            // The server may be waiting for us to read before it takes more.
            let ready = try wait(for: Int16(POLLIN | POLLOUT), since: quietSince, statement)
            if ready != 0 { quietSince = .now }
            if ready & Int16(POLLIN | POLLHUP | POLLERR) != 0, PQconsumeInput(connection) == 0 {
                throw connectionError(statement)
            }
        }
    }

    /// Takes what the server has sent, and waits for it where there is nothing yet.
    ///
    /// - Throws: `PostgresError` of kind `connectionLost` where nothing comes for longer than `answerLimit`.
    func waitForInput(_ statement: Statement) throws {
        let quietSince = ContinuousClock.now
        while try wait(for: Int16(POLLIN), since: quietSince, statement) == 0 {}
        // What went wrong is known to the call that takes the input.
        _ = PQconsumeInput(try open())
    }

    /// Waits for the socket, for a second at most.
    ///
    /// - Returns: what it is ready for; an error where there is no socket any more.
    private func wait(
        for events: Int16, since quietSince: ContinuousClock.Instant, _ statement: Statement
    ) throws -> Int16 {
        let descriptor = PQsocket(try open())
        guard descriptor >= 0 else { return Int16(POLLERR) }
        let ready = waitForSocket(descriptor, events: events, milliseconds: 1000)
        if ready == 0, let answerLimit, quietSince.duration(to: .now) > answerLimit {
            abandon()
            throw PostgresError(
                .connectionLost, message: "no answer from the server for \(answerLimit.components.seconds) seconds",
                statement: statement)
        }
        return ready
    }
}
