internal import CLibPQ

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// One connection to a PostgreSQL server, used by one task at a time.
///
/// Opened by `init`, closed by `deinit` or `close()`, whichever comes first.
public final class Connection {
    /// The connection; nil once closed.
    private(set) var pointer: OpaquePointer?
    private let noticeReceiver: NoticeReceiver

    /// How long the server may stay silent when an answer is due; nil for ever.
    ///
    /// Longer than any limit that the server itself keeps: beyond it the connection is taken for lost, as when a
    /// firewall forgot it.
    public var answerLimit: Duration?

    /// Connects by libpq's own rules: URL or keywords, then `PG*` variables, service and password files.
    ///
    /// Names are resolved and passwords are read anew by every call.
    ///
    /// - Parameters:
    ///   - database: a connection URL or `keyword=value` string; empty to leave all to the environment.
    ///   - defaults: keywords used where neither `database` nor the environment sets them.
    ///   - password: wins over every other one; nil to leave it to libpq.
    ///   - check: throws where the attempt is to be given up; asked every tenth of a second.
    ///   - onNotice: receives the server's notices and warnings, one line each, without what may quote a value.
    /// - Throws: `PostgresError` of kind `invalidConnectionString`, `unreachable`, `cannotConnect`, `noWritableServer`
    ///   or `connectionLost`, or the error of `check`; the attempt's resources are released, and no text of `database`
    ///   is part of the error.
    public init(
        database: String, defaults: [(keyword: String, value: String)] = [], password: String? = nil,
        check: @escaping () throws -> Void = {}, onNotice: @escaping (String) -> Void = { _ in }
    ) throws {
        guard ConnectionString.canParse(database) else {
            throw PostgresError(
                .invalidConnectionString,
                message: "The database URL cannot be parsed (it is not shown, for it may hold a password). "
                    + "Write postgresql://user@host:port/database, with special characters percent-encoded, "
                    + "or keyword=value pairs.")
        }
        // Later keywords override earlier ones, and what `dbname` expands to is taken where it stands.
        let settings =
            ConnectionOptions.besidesEnvironment(defaults) + (database.isEmpty ? [] : [("dbname", database)])
            + [("client_encoding", "UTF8")] + (password.map { [("password", $0)] } ?? [])
        var attempt = ConnectAttempt(settings: settings, check: check)
        let connection = try attempt.run()
        guard PQsetnonblocking(connection, 1) == 0 else {
            PQfinish(connection)
            throw PostgresError(.cannotConnect, message: "the connection cannot be made non-blocking")
        }
        pointer = connection
        noticeReceiver = NoticeReceiver(onNotice)
        PQsetNoticeReceiver(
            connection,
            { context, result in
                guard let context else { return }
                Unmanaged<NoticeReceiver>.fromOpaque(context).takeUnretainedValue().receive(
                    ServerMessage.notice(result))
            },
            Unmanaged.passUnretained(noticeReceiver).toOpaque())
    }

    deinit { close() }

    /// Closes the connection; a second call does nothing.
    public func close() {
        guard let connection = pointer else { return }
        PQfinish(connection)
        pointer = nil
    }

    /// Breaks the connection without a word to the server, as where it does not answer.
    func abandon() {
        guard let connection = pointer else { return }
        shutdown(PQsocket(connection), Int32(SHUT_RDWR))
        close()
    }

    /// The open connection.
    ///
    /// - Throws: `PostgresError` of kind `connectionLost` where it was closed.
    func open() throws -> OpaquePointer {
        guard let pointer else {
            throw PostgresError(.connectionLost, message: "the connection is closed")
        }
        return pointer
    }

    /// The server's version as a number: 150018 is 15.18.
    public var serverVersion: Int { pointer.map { Int(PQserverVersion($0)) } ?? 0 }
    /// Name of the database.
    public var databaseName: String { text(PQdb) }
    /// Name of the user.
    public var userName: String { text(PQuser) }
    /// Host name, address or socket directory.
    public var host: String { text(PQhost) }
    /// Port number.
    public var port: String { text(PQport) }
    /// Process id of the server's backend.
    public var backendPID: Int { pointer.map { Int(PQbackendPID($0)) } ?? 0 }
    /// Whether the connection is encrypted.
    public var usesTLS: Bool { pointer.map { PQsslInUse($0) != 0 } ?? false }
    /// The TLS protocol in use, for instance `TLSv1.3`.
    public var tlsProtocol: String? {
        pointer.flatMap { PQsslAttribute($0, "protocol") }.map { String(cString: $0) }
    }
    /// The TLS cipher in use.
    public var tlsCipher: String? { pointer.flatMap { PQsslAttribute($0, "cipher") }.map { String(cString: $0) } }
    /// How far TLS is insisted on and the server's certificate is verified: libpq's `sslmode`.
    public var tlsMode: String? { pointer.flatMap { ConnectionOptions.read(PQconninfo($0))["sslmode"] } }
    /// Whether the server asked for a password, and was given one.
    public var usedPassword: Bool { pointer.map { PQconnectionUsedPassword($0) == 1 } ?? false }
    /// Whether a connection URL or `keyword=value` text has a password in it.
    public static func hasPassword(_ database: String) -> Bool {
        ConnectionOptions.read(PQconninfoParse(database, nil))["password"] != nil
    }
    /// A parameter that the server reports, for instance `server_version`.
    public func parameterStatus(_ name: String) -> String? {
        pointer.flatMap { PQparameterStatus($0, name) }.map { String(cString: $0) }
    }
    /// Whether the connection is open and, as far as is known, not broken.
    public var isUsable: Bool { pointer.map { PQstatus($0) == CONNECTION_OK } ?? false }
    /// Whether a transaction is under way, failed or not.
    public var isInTransaction: Bool {
        guard let pointer else { return false }
        let status = PQtransactionStatus(pointer)
        return status == PQTRANS_INTRANS || status == PQTRANS_INERROR || status == PQTRANS_ACTIVE
    }

    /// An identifier quoted for use in SQL.
    ///
    /// - Throws: `PostgresError` where the name cannot be quoted.
    public func quoteIdentifier(_ name: String) throws -> String {
        let connection = try open()
        guard let quoted = PQescapeIdentifier(connection, name, name.utf8.count) else {
            throw PostgresError(.unexpectedResult, message: trimmed(PQerrorMessage(connection)))
        }
        defer { PQfreemem(quoted) }
        return String(cString: quoted)
    }

    /// A handle that can cancel the running statement from any thread.
    public func makeCanceller() throws -> Canceller { try Canceller(open()) }

    private func text(_ read: (OpaquePointer?) -> UnsafeMutablePointer<CChar>?) -> String {
        pointer.flatMap { read($0) }.map { String(cString: $0) } ?? ""
    }
}

/// Cancels the statement that a connection is running; may be used from any thread.
public final class Canceller: @unchecked Sendable {
    // A PGcancel is immutable once made, and PQcancel is documented as safe from any thread.
    private let pointer: OpaquePointer

    init(_ connection: OpaquePointer) throws {
        guard let pointer = PQgetCancel(connection) else {
            throw PostgresError(.connectionLost, message: "the connection is closed")
        }
        self.pointer = pointer
    }

    deinit { PQfreeCancel(pointer) }

    /// Asks the server to cancel; returns whether the request could be sent.
    @discardableResult
    public func cancel() -> Bool {
        var message = [CChar](repeating: 0, count: 256)
        return PQcancel(pointer, &message, Int32(message.count)) == 1
    }
}

private final class NoticeReceiver {
    let receive: (String) -> Void
    init(_ receive: @escaping (String) -> Void) { self.receive = receive }
}
