internal import PostgresClient

/// One line of the doctor: what was looked at, whether it is good, and what mends it.
public struct Finding: Sendable, Codable {
    /// How good it is.
    public enum Verdict: String, Sendable, Codable {
        /// Nothing to do.
        case good
        /// Works, but should be known.
        case warning
        /// A run would fail, or its results could not be trusted.
        case bad
    }

    /// What was looked at.
    public let subject: String
    /// How good it is.
    public let verdict: Verdict
    /// What was found.
    public let finding: String
    /// The command or step that mends it; nil where nothing is to be done.
    public let remedy: String?
}

/// Looks a database over, without changing anything.
public struct Doctor {
    let session: Session
    let migrations: MigrationFolder

    /// Makes a doctor for an open session.
    public init(session: Session, migrations: MigrationFolder) {
        self.session = session
        self.migrations = migrations
    }

    /// Every finding, in the order in which a run would meet them.
    ///
    /// - Throws: `JobError` where the database fails while it is looked at.
    public func examine() throws -> [Finding] {
        var findings = [
            good("server", "PostgreSQL \(session.serverVersionText), database \(session.connection.databaseName)"),
            transport(),
        ]
        do {
            findings.append(try writability())
            let schema = try migrationState()
            findings.append(schema)
            guard schema.verdict == .good else { return findings }
            findings += try session.transaction {
                let rights = try [role()] + rights()
                return try rights.contains { $0.verdict == .bad } ? rights : rights + window() + [inbox()]
            }
        } catch let error as PostgresError {
            throw JobError(error, during: "examining the database")
        }
        return findings
    }

    private func transport() -> Finding {
        let connection = session.connection
        if connection.host.hasPrefix("/") { return good("TLS", "not needed: Unix socket \(connection.host)") }
        if connection.usesTLS { return good("TLS", connection.tlsProtocol ?? "in use") }
        return Finding(
            subject: "TLS", verdict: .warning, finding: "the connection to \(connection.host) is not encrypted",
            remedy: "add sslmode=verify-full (and sslrootcert=…) to the database URL")
    }

    private func writability() throws -> Finding {
        let state = try session.connection.executeOne(SQL.inspectServer, [session.schema])
        guard try state.get("is_read_only", as: Bool.self) else { return good("writes", "the server accepts writes") }
        return Finding(
            subject: "writes", verdict: .bad, finding: "the server is read-only: a standby, or set so",
            remedy: "name the primary, or add target_session_attrs=read-write to the database URL")
    }

    private func migrationState() throws -> Finding {
        do {
            let status = try Migrator(session: session, folder: migrations).status()
            let pending = status.filter { $0.appliedAt == nil }.count
            if pending == 0 {
                return good("migrations", "\(status.count) of \(status.count) applied in schema \(session.schema)")
            }
            return Finding(
                subject: "migrations", verdict: .bad,
                finding: "\(pending) of \(status.count) pending in schema \(session.schema)",
                remedy: "etl-job migrate\(schemaOption)")
        } catch let error as JobError {
            return Finding(subject: "migrations", verdict: .bad, finding: error.message, remedy: error.advice)
        }
    }

    /// As whom a run works, and whether that role can do no more than it should.
    private func role() throws -> Finding {
        let state = try session.connection.executeOne(SQL.inspectRole)
        let (role, user): (String, String) = (try state.get("role_name"), try state.get("user_name"))
        let isGranted: Bool = try state.getOptional("writer_is_granted") ?? false
        if role == Migrator.roleNames.writer {
            guard let excess: String = try state.getOptional("excess") else {
                return good("role", "runs as \(role), which cannot change history")
            }
            return Finding(
                subject: "role", verdict: .warning, finding: "runs as \(role), which may do too much: \(excess)",
                remedy:
                    "etl-job migrate --roles\(schemaOption); what stays was granted to public or by others: revoke it"
            )
        }
        if try state.get("is_reader", as: Bool.self) {
            return good("role", "\(role), which may read, but load no batch")
        }
        let finding = "runs as \(role), which may do more than a run needs"
        guard isGranted else {
            return Finding(
                subject: "role", verdict: .warning, finding: finding, remedy: "etl-job migrate --roles\(schemaOption)")
        }
        return Finding(
            subject: "role", verdict: .warning, finding: "\(finding): \(user) is no member of etl_writer",
            remedy: "let an administrator run: grant etl_writer to \(try session.connection.quoteIdentifier(user))")
    }

    private var schemaOption: String { session.schema == "public" ? "" : " --schema \(session.schema)" }

    private func rights() throws -> [Finding] {
        let user: String = try session.connection.executeOne(SQL.inspectRole).get("role_name")
        let missing = try session.connection.execute(SQL.inspectRights).filter {
            try !$0.get("is_granted", as: Bool.self)
        }
        .map { "\(try $0.get("privilege", as: String.self)) on \(try $0.get("name", as: String.self))" }
        if missing.isEmpty { return [good("rights", "\(user) has all that a run needs")] }
        return [
            Finding(
                subject: "rights", verdict: .bad,
                finding: "\(user) lacks: \(missing.joined(separator: ", "))",
                remedy: "let the owner of schema \(session.schema) run: etl-job migrate --roles\(schemaOption)")
        ]
    }

    private func window() throws -> [Finding] {
        let state = try session.connection.executeOne(SQL.inspectWindow)
        var findings: [Finding] = []
        if try !state.get("may_make_work_tables", as: Bool.self) {
            let user: String = try session.connection.executeOne(SQL.inspectRole).get("role_name")
            findings.append(
                Finding(
                    subject: "work tables", verdict: .bad, finding: "\(user) may not make temporary tables",
                    remedy: "grant temporary on database \(session.connection.databaseName) to \(user)"))
        }
        let staged: Int = try state.get("staged_count")
        findings.append(
            staged == 0
                ? good("staging", "empty")
                : Finding(
                    subject: "staging", verdict: .warning, finding: "\(staged) rows left over",
                    remedy: "nothing to do: the next etl-job run empties it"))
        guard let newest = try state.getOptional("newest_batch_id", as: Int.self) else {
            return findings + [good("window", "no batch applied yet; etl-job run loads some")]
        }
        let (present, full): (Int, Int) = (try state.get("window_batch_count"), try state.get("window_size"))
        let (assets, expected): (Int, Int) = (try state.get("asset_count"), try state.get("expected_asset_count"))
        guard assets == expected else {
            return findings + [
                Finding(
                    subject: "window", verdict: .bad,
                    finding: "window_assets holds \(assets) assets where the ledger says \(expected)",
                    remedy: "somebody changed it: restore window_assets from a backup before the next run")
            ]
        }
        return findings + [
            good("window", "\(present) of \(full) batches, \(assets) assets, the newest is batch \(newest)")
        ]
    }

    /// What waits in the inbox; a question of the pipeline's and the schedule's, not of the database's health.
    private func inbox() throws -> Finding {
        let waiting = try Inbox.waiting(session.connection)
        guard waiting.rowCount > 0, let oldest = waiting.oldestSeconds else {
            return good("inbox", "nothing waits in inference_results")
        }
        let rows = "\(waiting.rowCount) row\(waiting.rowCount == 1 ? "" : "s")"
        let finding =
            "\(rows) wait\(waiting.rowCount == 1 ? "s" : "") in inference_results, "
            + "the oldest for \(Self.span(oldest))"
        guard oldest >= 172_800 else { return good("inbox", finding) }
        return Finding(
            subject: "inbox", verdict: .warning, finding: finding,
            remedy: "run etl-job run --from-inbox\(schemaOption), or look why it refuses them")
    }

    /// A span of time in one unit.
    private static func span(_ seconds: Double) -> String {
        switch seconds {
        case ..<120: "\(Int(seconds)) s"
        case ..<7200: "\(Int(seconds / 60)) min"
        case ..<172_800: "\(Int(seconds / 3600)) h"
        default: "\(Int(seconds / 86_400)) days"
        }
    }

    private func good(_ subject: String, _ finding: String) -> Finding {
        Finding(subject: subject, verdict: .good, finding: finding, remedy: nil)
    }
}
