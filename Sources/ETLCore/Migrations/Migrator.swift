internal import PostgresClient

/// Brings a schema up to date, one transaction per migration, under the lock of the job.
public struct Migrator {
    let session: Session
    let files: [Migration]
    /// Seconds that each lock is waited for.
    let lockWait: Int

    /// Makes a migrator of the files in a folder.
    ///
    /// - Parameters:
    ///   - session: where to.
    ///   - folder: the files.
    ///   - lockWait: seconds that the job's lock, and then each table's, is waited for.
    /// - Throws: `JobError` (78) where the files cannot be read.
    public init(session: Session, folder: MigrationFolder, lockWait: Int = 60) throws {
        self.session = session
        self.lockWait = lockWait
        files = try folder.read()
    }

    /// The state of one migration file in the database.
    public struct Status: Sendable, Codable {
        /// Its number.
        public let version: Int
        /// Verb and object.
        public let name: String
        /// When it was applied, as ISO 8601 in UTC; nil where it is pending.
        public let appliedAt: String?

        enum CodingKeys: String, CodingKey {
            case version, name
            case appliedAt = "applied_at"
        }
    }

    /// Every migration with its state.
    ///
    /// - Throws: `JobError` where the database does not fit the files or cannot be read.
    public func status() throws -> [Status] {
        try translatingErrors("reading the migrations of") {
            let applied = try snapshot { try readApplied() }
            _ = try MigrationPlan(files: files, applied: applied)
            let byVersion = Dictionary(applied.map { ($0.version, $0.appliedAt) }) { first, _ in first }
            return files.map { Status(version: $0.version, name: $0.name, appliedAt: byVersion[$0.version]) }
        }
    }

    /// Applies what is pending.
    ///
    /// Where the roles were given their rights on the schema before, they get them anew together with the last one.
    ///
    /// - Parameters:
    ///   - givesRights: whether the roles, which exist, get their rights in any case.
    ///   - onApplied: is told of each migration after it was committed.
    /// - Returns: the migrations that were applied; empty where the schema was up to date.
    /// - Throws: `JobError`; what was committed before stays, and the next call goes on from there.
    @discardableResult
    public func apply(
        givingRights givesRights: Bool = false, onApplied: (Migration) -> Void = { _ in }
    ) throws -> [Migration] {
        try translatingErrors("migrating") {
            if try status().allSatisfy({ $0.appliedAt != nil }) { return [] }
            try createSchema()
            var applied: [Migration] = []
            while let next = try applyNext(givesRights) {
                applied.append(next)
                onApplied(next)
            }
            return applied
        }
    }

    /// Refuses to go on where migrations are pending.
    ///
    /// - Throws: `JobError` (78) that says what to type.
    public func requireCurrent() throws {
        let pending = try status().filter { $0.appliedAt == nil }
        guard !pending.isEmpty else { return }
        throw JobError(
            .configuration,
            "Schema \(session.schema) of database \(session.connection.databaseName) lacks \(pending.count) of "
                + "\(files.count) migrations.",
            advice: "Run: etl-job migrate\(session.schema == "public" ? "" : " --schema \(session.schema)")")
    }

    private func createSchema() throws {
        let state = try session.connection.executeOne(SQL.inspectServer, [session.schema])
        let hasSchema = try state.get("has_schema", as: Bool.self)
        do {
            try lockedTransaction("schema \(session.schema)") {
                if !hasSchema { try session.connection.execute(session.naming(SQL.createSchema)) }
                try session.connection.execute(SQL.createSchemaMigrations)
                try session.connection.execute(SQL.describeSchemaMigrations)
            }
        } catch let error as PostgresError where error.sqlState == "42501" {
            let user = session.connection.userName
            let grant =
                hasSchema
                ? "grant usage, create on schema \(session.quotedSearchPath) to …"
                : "grant create on database … to …"
            throw JobError(
                .configuration,
                "User \(user) may not create tables in schema \(session.schema): \(error.message).",
                advice: """
                    Let the owner run `\(grant)` for \(user), or name a schema of your own with --schema; \
                    since PostgreSQL 15 an ordinary user may not create in schema public.
                    """)
        }
    }

    /// Applies the first pending migration; nil where there is none left.
    private func applyNext(_ givesRights: Bool) throws -> Migration? {
        var subject = "schema \(session.schema)"
        return try lockedTransaction(subject) {
            let pending = try MigrationPlan(files: files, applied: readApplied()).pending
            guard let next = pending.first else { return nil }
            subject = "migration \(next.fileName)"
            try session.withoutAnswerLimit {
                try session.connection.executeScript(Statement(name: next.fileName, sql: next.sql))
            }
            try session.connection.execute(SQL.insertMigration, [next.version, next.name, next.sha256])
            if pending.count == 1, try givesRights || roles().isGranted {
                try session.connection.execute(SQL.grantRights)
            }
            return next
        }
    }

    private func readApplied() throws -> [AppliedMigration] {
        let state = try session.connection.executeOne(SQL.inspectServer, [session.schema])
        guard try state.get("has_migrations", as: Bool.self) else { return [] }
        return try session.connection.execute(SQL.listMigrations).map { row in
            AppliedMigration(
                version: try row.get("version"), name: try row.get("name"), sha256: try row.get("sha256"),
                appliedAt: try row.get("applied_at"))
        }
    }

    func translatingErrors<Value>(_ task: String, _ body: () throws -> Value) throws -> Value {
        do {
            return try session.persistently(Retries(for: session.limits.retryFor), body)
        } catch let error as PostgresError {
            throw JobError(error, during: "\(task) schema \(session.schema)")
        }
    }
}
