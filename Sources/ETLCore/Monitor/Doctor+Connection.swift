internal import PostgresClient

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// What the doctor finds before it looks at any table: the server, the way to it, and who is connected.
extension Doctor {
    /// Server, version, TLS, user and clock.
    ///
    /// - Throws: `PostgresError`.
    func connectionFindings() throws -> [Finding] {
        let connection = session.connection
        let before = Self.now()
        let state = try connection.executeOne(SQL.inspectUser)
        let after = Self.now()
        let product = try state.get("is_aurora", as: Bool.self) ? "Aurora PostgreSQL" : "PostgreSQL"
        let place = connection.host.hasPrefix("/") ? "" : " on \(connection.host):\(connection.port)"
        return [
            good("server", "database \(connection.databaseName)\(place)"),
            good("version", "\(product) \(session.serverVersionText); the job needs 15 or later"),
            transport(),
            try user(state),
            try clock(state.get("clock_seconds"), before, after),
        ]
    }

    private func transport() -> Finding {
        let connection = session.connection
        if connection.host.hasPrefix("/") { return good("TLS", "not needed: Unix socket \(connection.host)") }
        let bundle = """
            add sslmode=verify-full and sslrootcert=FILE to the database URL, where FILE has the certificates of those \
            who sign the server's (Amazon RDS and Aurora: \
            https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem)
            """
        guard connection.usesTLS else {
            return Finding(
                subject: "TLS", verdict: .warning, finding: "the connection to \(connection.host) is not encrypted",
                remedy: bundle)
        }
        let inUse = [connection.tlsProtocol, connection.tlsCipher].compactMap { $0 }.joined(separator: ", ")
        let mode = connection.tlsMode ?? "prefer"
        switch mode {
        case "verify-full":
            return good("TLS", "\(inUse); the server's certificate is verified (verify-full)")
        case "verify-ca":
            return Finding(
                subject: "TLS", verdict: .warning,
                finding: "\(inUse); the server's certificate is verified, but not that it is this server's (verify-ca)",
                remedy: "write sslmode=verify-full in the database URL")
        default:
            return Finding(
                subject: "TLS", verdict: .warning,
                finding: "\(inUse); nobody verifies that the server is the one meant (sslmode=\(mode))",
                remedy: bundle)
        }
    }

    private func user(_ state: Row) throws -> Finding {
        let name: String = try state.get("user_name")
        let usesIAM: Bool = try state.get("uses_iam")
        let origin = session.passwordOrigin
        var finding = "\(name), \(origin.rawValue)"
        if usesIAM { finding += ", a member of rds_iam" }
        // The private server is its user's alone.
        if try state.get("is_superuser", as: Bool.self), !session.isPrivate {
            return Finding(
                subject: "user", verdict: .warning, finding: "\(finding); a superuser, and the job needs none",
                remedy: "connect as a login role that is a member of etl_writer or etl_reader: etl-job migrate --roles")
        }
        if try state.get("is_rds_superuser", as: Bool.self) {
            return Finding(
                subject: "user", verdict: .warning,
                finding: "\(finding); a member of rds_superuser, and the job needs no such right",
                remedy: "connect as a login role that is a member of etl_writer or etl_reader: etl-job migrate --roles")
        }
        if usesIAM && origin != .command {
            return Finding(
                subject: "user", verdict: .warning,
                finding: "\(finding), whose tokens live for 15 minutes: no connection can be made anew after that",
                remedy: "give --password-command a command that prints a token, instead of a token")
        }
        return good("user", finding)
    }

    private func clock(_ server: Double, _ before: Double, _ after: Double) -> Finding {
        // The server read its clock some time between the two readings of ours.
        let difference = server < before ? server - before : server > after ? server - after : 0
        let direction = difference < 0 ? "behind" : "ahead of"
        guard abs(difference) > 5 else { return good("clock", "as this machine's, within 5 s") }
        return Finding(
            subject: "clock", verdict: .warning,
            finding: "the server's is \(decimal(abs(difference), 0)) s \(direction) this machine's",
            remedy: "set the clock that is wrong (NTP): tokens and certificates are good for a time only")
    }

    /// Seconds since 1970, by this machine's clock.
    private static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
